/* SPDX-License-Identifier: MIT */
/*
 * Reading a configuration: the main file and those of conf.d beside it, each a tree of its own. The
 * trees are not merged; the tables are walked over all of them at once (config/walk.c). Owns the
 * trees while it loads.
 */
#include "config/schema.h"

#include "base/mem.h"
#include "config/value.h"
#include "config/walk.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

struct forest {
	struct tree **trees;
	unsigned n;
	bool keep;  /* the values, whatever errors are in them */
	bool whole; /* all could be read and parsed */
};

static struct tree *add_tree(struct forest *f)
{
	f->trees = mem_resize(f->trees, (f->n + 1) * sizeof(struct tree *));
	f->trees[f->n] = MEM_NEW(struct tree);
	return f->trees[f->n++];
}

static void forest_fini(struct forest *f)
{
	for (unsigned i = 0; i < f->n; i++) {
		tree_fini(f->trees[i]);
		free(f->trees[i]);
	}
	free(f->trees);
}

static void read_tree(
	struct forest *f, struct config_file *files, const char *path, struct config_report *report)
{
	struct tree *t = add_tree(f);

	if (!source_read(&t->source, files, path, report) || !tree_parse(t, report))
		f->whole = false;
}

static int wanted(const struct dirent *entry)
{
	struct str name = str_of(entry->d_name);

	return name.p[0] != '.' && str_ends(name, STR(".conf"));
}

/* By bytes: the order must not depend on the locale. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void read_directory(struct forest *f, struct config_file *files, const char *main_path,
	struct config_report *report)
{
	const char *slash = strrchr(main_path, '/');
	MEM_AUTO char *dir = slash ? mem_printf("%.*s/conf.d", (int)(slash - main_path), main_path)
				   : mem_strdup("conf.d");
	struct dirent **entries = NULL;
	int n = scandir(dir, &entries, wanted, by_name);

	if (n < 0 && errno != ENOENT) {
		config_report_add(report, CONFIG_ERROR, NULL, "cannot read the directory %s: %s",
			dir, strerror(errno));
		f->whole = false;
	}
	for (int i = 0; i < n; i++) {
		MEM_AUTO char *path = mem_printf("%s/%s", dir, entries[i]->d_name);

		read_tree(f, files, path, report);
		free(entries[i]);
	}
	free(entries);
}

/* After errors a string that must be there may not be: whoever makes further checks finds its
 * default, or nothing in it, but never NULL. */
static void fill_strings(const struct config_table *table, void *base)
{
	for (const struct config_key *k = table->keys; k->name; k++) {
		char **text = value_field(k, base);
		struct config_list *list = value_field(k, base);

		if (k->type == CONFIG_GROUP)
			fill_strings(k->table, text);
		else if ((k->type == CONFIG_STRING || k->type == CONFIG_PATH) && !*text &&
			 (k->def || k->flags & CONFIG_REQUIRED))
			*text = mem_strdup(k->def ? k->def : "");
		for (unsigned i = 0; k->type == CONFIG_LIST && i < list->n; i++)
			fill_strings(k->table, (char *)list->items + i * k->table->size);
	}
}

/* Fills the struct, or takes everything back. Frees the trees and, after errors, the files. */
static struct config_file *finish(struct forest *f, struct config_file *files,
	const struct config_table *root, void *out, struct config_report *report, unsigned errors)
{
	struct walk w = { .files = files, .report = report, .trees = f->trees, .n_trees = f->n };

	memset(out, 0, root->size);
	/* Half a configuration has only errors that the other half might not have. */
	if (f->whole)
		walk_tables(&w, root, out);
	forest_fini(f);
	if (config_report_count(report, CONFIG_ERROR) == errors)
		return files;
	if (f->whole && f->keep) {
		fill_strings(root, out);
		return files;
	}
	config_values_fini(root, out);
	config_file_free(files);
	return NULL;
}

static struct config_file *load_path(const char *path, const struct config_table *root, void *out,
	struct config_report *report, bool keep)
{
	struct config_file *files = MEM_NEW(struct config_file);
	unsigned errors = config_report_count(report, CONFIG_ERROR);
	struct forest f = { .whole = true, .keep = keep };

	read_tree(&f, files, path, report);
	read_directory(&f, files, path, report);
	return finish(&f, files, root, out, report, errors);
}

struct config_file *config_load(
	const char *path, const struct config_table *root, void *out, struct config_report *report)
{
	return load_path(path, root, out, report, false);
}

struct config_file *config_load_for_checks(
	const char *path, const struct config_table *root, void *out, struct config_report *report)
{
	return load_path(path, root, out, report, true);
}

struct config_file *config_load_text(const char *text, const char *name,
	const struct config_table *root, void *out, struct config_report *report)
{
	struct config_file *files = MEM_NEW(struct config_file);
	unsigned errors = config_report_count(report, CONFIG_ERROR);
	struct forest f = { .whole = true };
	struct tree *t = add_tree(&f);

	if (!source_read_text(&t->source, files, name, str_of(text), report) ||
		!tree_parse(t, report))
		f.whole = false;
	return finish(&f, files, root, out, report, errors);
}
