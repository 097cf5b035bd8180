/* SPDX-License-Identifier: MIT */
/* Configurations on disk: includes, conf.d, paths, and files that cannot be read. */
#include "unit.h"

#include "base/mem.h"
#include "example_config.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* A directory of its own for each test; removed with all that put() made in it. */
struct place {
	char dir[64];
	char *made[32];
	unsigned n;
	struct example e;
	struct config_report *report;
	struct config_file *file;
};

static void remember(struct place *p, char *path)
{
	assert_true(p->n < 32);
	p->made[p->n++] = path;
}

static void make_dir(struct place *p, const char *name)
{
	char *path = mem_printf("%s/%s", p->dir, name);

	assert_int_equal(mkdir(path, 0700), 0);
	remember(p, path);
}

static void put_bytes(struct place *p, const char *name, struct str text)
{
	char *path = mem_printf("%s/%s", p->dir, name);
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(text.p, 1, text.n, f), text.n);
	assert_int_equal(fclose(f), 0);
	remember(p, path);
}

static void put(struct place *p, const char *name, const char *text)
{
	put_bytes(p, name, str_of(text));
}

static int set_up(void **state)
{
	struct place *p = MEM_NEW(struct place);

	strcpy(p->dir, "/tmp/trunkd-config-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	*state = p;
	return 0;
}

static void unload(struct place *p)
{
	config_values_fini(&example_root, &p->e);
	config_file_free(p->file);
	config_report_free(p->report);
	p->report = NULL;
	p->file = NULL;
}

static int tear_down(void **state)
{
	struct place *p = *state;

	unload(p);
	while (p->n--) {
		remove(p->made[p->n]);
		free(p->made[p->n]);
	}
	rmdir(p->dir);
	free(p);
	return 0;
}

static bool load(struct place *p)
{
	MEM_AUTO char *path = mem_printf("%s/main.conf", p->dir);

	unload(p);
	p->report = config_report_new();
	p->file = config_load(path, &example_root, &p->e, p->report);
	return p->file != NULL;
}

/* The report, with the directory left out. */
static void assert_errors(struct place *p, const char *want)
{
	struct buf got = { 0 };
	size_t skip = strlen(p->dir);
	const char *line;

	assert_false(load(p));
	for (unsigned i = 0; (line = config_report_line(p->report, i, NULL)) != NULL; i++) {
		const char *at;

		if (i)
			buf_put_char(&got, '\n');
		while ((at = strstr(line, p->dir)) != NULL) {
			buf_put(&got, (struct str){ line, (size_t)(at - line) });
			buf_put_char(&got, '.');
			line = at + skip;
		}
		buf_put(&got, str_of(line));
	}
	buf_put_char(&got, '\0');
	assert_string_equal(buf_view(&got).p, want);
	buf_fini(&got);
}

static void includes_stand_in_place_and_keep_their_lines(void **state)
{
	struct place *p = *state;

	make_dir(p, "sub");
	put(p, "main.conf",
		"idle = 7;\n"
		"controls = (\n"
		"  { match = \"a\"; },\n"
		"  @include \"sub/more.conf\"\n"
		"  ,{ match = \"z\"; }\n"
		");\n"
		"# @include \"not/this.conf\"\n"
		"node = { name = \"@include\"; };\n");
	put(p, "sub/more.conf",
		"\n{ match = \"b\"; },\n@include \"yet.conf\"\n,\n{ match = \"d\"; }");
	put(p, "sub/yet.conf", "{ match = \"c\"; }");
	assert_true(load(p));
	assert_int_equal(p->e.controls.n, 5);
	for (unsigned i = 0; i < 5; i++) {
		static const struct {
			const char *match, *file;
			unsigned line;
		} want[] = { { "a", "main.conf", 3 }, { "b", "sub/more.conf", 2 },
			{ "c", "sub/yet.conf", 1 }, { "d", "sub/more.conf", 5 },
			{ "z", "main.conf", 5 } };
		struct example_control *c = example_control_at(&p->e, i);

		assert_string_equal(c->match.v[0], want[i].match);
		assert_true(str_ends(str_of(c->at.file), str_of(want[i].file)));
		assert_int_equal(c->at.line, want[i].line);
	}
	assert_string_equal(p->e.node.name, "@include");
}

static void a_mistake_in_an_included_file_names_that_file(void **state)
{
	struct place *p = *state;

	put(p, "main.conf", "idle = 7;\n@include \"more.conf\"\nsize = \"?\";\n");
	put(p, "more.conf", "# first\nnode = { workers = 99; };\n");
	assert_errors(p,
		"./main.conf:3: error: size cannot be \"?\": it needs a size such as "
		"\"64k\" or \"1M\", at least 1\n"
		"./more.conf:2: error: 99 is too large for workers: it may be from 0 to 64");
}

static void a_syntax_error_in_an_included_file_names_that_file(void **state)
{
	struct place *p = *state;

	put(p, "main.conf", "idle = 7;\n@include \"more.conf\"\nsize = 5;\n");
	put(p, "more.conf", "# first\nnode = { verbose = yes; };\n");
	assert_errors(p,
		"./more.conf:2: error: write true instead of yes (near: node = { verbose = "
		"yes; };)");
}

static void paths_start_from_the_file_they_stand_in(void **state)
{
	struct place *p = *state;
	char *real;

	make_dir(p, "sub");
	make_dir(p, "conf.d");
	put(p, "main.conf", "@include \"sub/more.conf\"\nissuer = { chain = \"tls/ca.pem\"; };");
	put(p, "sub/more.conf", "path = \"here.txt\"; paths = [ \"/a\", \"b\" ];");
	put(p, "conf.d/x.conf", "node = { state = \"../state\"; };");
	assert_true(load(p));
	real = realpath(p->dir, NULL);
	assert_int_equal(p->e.paths.n, 2);
	assert_string_equal(p->e.paths.v[0], "/a");
	for (unsigned i = 0; i < 4; i++) {
		static const char *const want[] = { "/sub/here.txt", "/sub/b", "/tls/ca.pem",
			"/conf.d/../state" };
		const char *got[] = { p->e.path, p->e.paths.v[1], p->e.issuer.chain,
			p->e.node.state };
		MEM_AUTO char *full = mem_printf("%s%s", real, want[i]);

		assert_string_equal(got[i], full);
	}
	free(real);
}

static void a_path_listed_in_two_ways_is_listed_twice(void **state)
{
	struct place *p = *state;
	MEM_AUTO char *text = NULL;
	char *real = realpath(p->dir, NULL);

	text = mem_printf("paths = [ \"a\", \"%s/a\" ];", real);
	free(real);
	put(p, "main.conf", text);
	assert_errors(p, "./main.conf:1: error: paths lists \"./a\" twice: remove one");
}

static void files_of_conf_d_are_read_in_name_order_and_merged(void **state)
{
	struct place *p = *state;

	make_dir(p, "conf.d");
	put(p, "main.conf",
		"controls = ( { match = \"main\"; } );\n"
		"defaults = { trust = \"core\"; queue = { bytes = 2048; }; };\n");
	put(p, "conf.d/20-b.conf", "controls = ( { match = \"b\"; }, { match = \"bb\"; } );\n");
	put(p, "conf.d/10-a.conf",
		"controls = ( { match = \"a\"; } );\n"
		"defaults = { tls = \"off\"; queue = { seconds = 9; }; };\n"
		"idle = 11;\n");
	put(p, "conf.d/notes.txt", "this is { not read");
	put(p, "conf.d/.hidden.conf", "nor this");
	put(p, "conf.d/30.conf~", "nor this");
	assert_true(load(p));
	assert_int_equal(p->e.controls.n, 4);
	assert_string_equal(example_control_at(&p->e, 0)->match.v[0], "main");
	assert_string_equal(example_control_at(&p->e, 1)->match.v[0], "a");
	assert_string_equal(example_control_at(&p->e, 2)->match.v[0], "b");
	assert_string_equal(example_control_at(&p->e, 3)->match.v[0], "bb");
	for (unsigned i = 0; i < 4; i++) {
		struct example_control *c = example_control_at(&p->e, i);

		assert_string_equal(c->security.trust, "core");
		assert_int_equal(c->security.tls, EXAMPLE_TLS_OFF);
		assert_int_equal(c->security.queue.bytes, 2048);
		assert_int_equal(c->security.queue.seconds, 9000);
	}
	assert_int_equal(p->e.idle, 11000);
}

static void a_key_that_two_files_set_names_both_places(void **state)
{
	struct place *p = *state;

	make_dir(p, "conf.d");
	put(p, "main.conf", "idle = 5;\nnode = { name = \"x\"; };\n");
	put(p, "conf.d/a.conf", "\nnode = {\n  name = \"y\"; };\nidle = 6;");
	assert_errors(p, "./conf.d/a.conf:3: error: name is set here and at ./main.conf:2: keep "
			 "one of them\n"
			 "./conf.d/a.conf:4: error: idle is set here and at ./main.conf:1: keep "
			 "one of them");
}

static void what_must_stand_once_is_checked_over_all_files(void **state)
{
	struct place *p = *state;

	make_dir(p, "conf.d");
	put(p, "main.conf", "controls = ( { match = \"x\"; } );\n");
	put(p, "conf.d/a.conf", "\ncontrols = ( { match = \"x\"; } );");
	assert_errors(p, "./conf.d/a.conf:2: error: match \"x\" is taken already at ./main.conf:1: "
			 "choose another");
}

static void every_file_with_a_syntax_error_is_named(void **state)
{
	struct place *p = *state;

	make_dir(p, "conf.d");
	put(p, "main.conf", "idle = ;\n");
	put(p, "conf.d/a.conf", "unknown = 3;");
	put(p, "conf.d/b.conf", "\nidle 3;");
	assert_errors(p,
		"./main.conf:1: error: after idle = a value is missing (near: idle = ;)\n"
		"./conf.d/b.conf:2: error: after the name idle an = and a value are missing "
		"(near: idle 3;)");
}

static void what_cannot_be_read_is_said(void **state)
{
	struct place *p = *state;

	assert_errors(
		p, "error: cannot read ./main.conf: No such file or directory: is the path right?");
	put(p, "main.conf", "idle = 5;\n@include \"missing.conf\"\n");
	assert_errors(p, "./main.conf:2: error: cannot read ./missing.conf: No such file or "
			 "directory: is the path right?");
}

/* libconfig would end the process on this one. */
static void a_directory_is_no_configuration(void **state)
{
	struct place *p = *state;

	make_dir(p, "sub");
	put(p, "main.conf", "@include \"sub\"\n");
	assert_errors(
		p, "./main.conf:1: error: cannot read ./sub: Is a directory: name a file in it");
}

static void a_pipe_is_not_waited_for(void **state)
{
	struct place *p = *state;
	char *path = mem_printf("%s/main.conf", p->dir);

	assert_int_equal(mkfifo(path, 0600), 0);
	remember(p, path);
	assert_errors(
		p, "error: cannot read ./main.conf: Invalid argument: it must be a regular file");
}

static void a_file_that_includes_itself_is_caught(void **state)
{
	struct place *p = *state;

	put(p, "main.conf", "idle = 5;\n@include \"main.conf\"\n");
	assert_errors(p, "./main.conf:2: error: includes stand too deep in each other: does a file "
			 "include itself?");
}

static void a_file_of_bytes_is_refused(void **state)
{
	struct place *p = *state;

	put_bytes(p, "main.conf", STR("idle = 5;\n\0\0"));
	assert_errors(p, "./main.conf:2: error: there is a NUL byte: this is no text file");
}

int main(void)
{
#define ON_DISK(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		ON_DISK(includes_stand_in_place_and_keep_their_lines),
		ON_DISK(a_mistake_in_an_included_file_names_that_file),
		ON_DISK(a_syntax_error_in_an_included_file_names_that_file),
		ON_DISK(paths_start_from_the_file_they_stand_in),
		ON_DISK(a_path_listed_in_two_ways_is_listed_twice),
		ON_DISK(files_of_conf_d_are_read_in_name_order_and_merged),
		ON_DISK(a_key_that_two_files_set_names_both_places),
		ON_DISK(what_must_stand_once_is_checked_over_all_files),
		ON_DISK(every_file_with_a_syntax_error_is_named),
		ON_DISK(what_cannot_be_read_is_said),
		ON_DISK(a_directory_is_no_configuration),
		ON_DISK(a_pipe_is_not_waited_for),
		ON_DISK(a_file_that_includes_itself_is_caught),
		ON_DISK(a_file_of_bytes_is_refused),
	};

	return cmocka_run_group_tests_name("config_files", tests, NULL, NULL);
}
