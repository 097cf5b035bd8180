/* SPDX-License-Identifier: MIT */
/* See control_rig.h. */
#include "control_rig.h"

#include "unit.h"

#include "base/log.h"
#include "base/mem.h"
#include "net/loop.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

void rig_turn(struct rig *r)
{
	for (int i = 0; i < 16; i++)
		uv_run(net_loop_uv(r->server.loop), UV_RUN_NOWAIT);
}

char *rig_name(const struct rig *r, const char *name)
{
	return mem_printf("%s/%s", r->folder, name);
}

char *rig_configure(struct rig *r, const struct control_section *section)
{
	struct config_report *report = config_report_new();
	struct control_prepared *p;
	char *words = NULL;

	if (control_prepare(r->server.control, section, report, &p)) {
		control_commit(r->server.control, p);
		r->plan.settings.control = *section;
		r->server.plan = &r->plan;
	} else {
		words = mem_strdup(config_report_line(report, 0, NULL));
	}
	config_report_free(report);
	return words;
}

void rig_init(struct rig *r)
{
	*r = (struct rig){ 0 };
	log_set_level(LOG_LEVEL_ALERT);
	unsetenv("RUNTIME_DIRECTORY");
	strcpy(r->folder, "/tmp/control.XXXXXX");
	assert_non_null(mkdtemp(r->folder));
	snprintf(r->read, sizeof(r->read), "%s/read", r->folder);
	snprintf(r->change, sizeof(r->change), "%s/change", r->folder);
	r->section =
		(struct control_section){ .enabled = true, .read = r->read, .change = r->change };
	r->options.path = "trunkd.conf";
	r->plan.settings.log.level = LOG_LEVEL_ALERT;
	r->server.loop = net_loop_new();
	r->server.options = &r->options;
	r->server.log_level = -1;
	r->server.control = control_new(&r->server);
}

void rig_start(struct rig *r)
{
	rig_init(r);
	assert_null(rig_configure(r, &r->section));
	rig_turn(r);
}

void rig_fini(struct rig *r)
{
	control_stop(r->server.control);
	rig_turn(r);
	assert_int_equal(access(r->read, F_OK), -1);
	assert_int_equal(access(r->change, F_OK), -1);
	net_loop_free(r->server.loop);
	control_free(r->server.control);
	assert_int_equal(rmdir(r->folder), 0);
}

int rig_dial(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	assert_true(fd >= 0);
	strcpy(a.sun_path, path);
	if (connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0)
		return fd;
	close(fd);
	return -1;
}

char *rig_hear(struct rig *r, int fd, bool *closed)
{
	struct buf all = { 0 };
	char *text;
	ssize_t n;

	*closed = false;
	do {
		rig_turn(r);
		n = recv(fd, buf_reserve(&all, 65536), 65536, MSG_DONTWAIT);
		if (n > 0)
			buf_commit(&all, (size_t)n);
	} while (n > 0);
	*closed = n == 0 || errno != EAGAIN;
	text = str_dup(buf_view(&all));
	buf_fini(&all);
	return text;
}

void rig_say(struct rig *r, int fd, const char *bytes, size_t step)
{
	for (size_t n = strlen(bytes); n;) {
		size_t now = step < n ? step : n;

		assert_int_equal(send(fd, bytes, now, MSG_NOSIGNAL), now);
		bytes += now;
		n -= now;
		rig_turn(r);
	}
}

unsigned rig_count(const char *text, const char *what)
{
	unsigned n = 0;

	for (; (text = strstr(text, what)) != NULL; text += strlen(what))
		n++;
	return n;
}

void rig_expect(struct rig *r, int fd, const char *bytes, const char *want)
{
	bool closed;
	char *got;

	rig_say(r, fd, bytes, 4096);
	got = rig_hear(r, fd, &closed);
	if (!strstr(got, want))
		fail_msg("\"%s\" is not in \"%s\"", want, got);
	free(got);
}
