/* SPDX-License-Identifier: MIT */
/* See client.h. */
#include "ctl/client_answer.h"

#include "base/mem.h"
#include "ctl/load.h"
#include "trunk/settings.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define RUNTIME "/run/trunkd"

static const char *const names[] = { [CTL_READ] = "read", [CTL_CHANGE] = "change" };

/* From the configuration, when it can be read: keys and certificates need not be. */
static char *configured(struct ctl *c, enum ctl_socket socket)
{
	struct config_report *report = config_report_new();
	struct settings settings;
	struct config_file *file =
		config_load_for_checks(load_path(c), &settings_schema, &settings, report);
	char *path = NULL;

	config_report_free(report);
	if (!file)
		return mem_printf("%s/%s", RUNTIME, names[socket]);
	path = control_section_path(
		&settings.control, socket == CTL_READ ? CONTROL_READ : CONTROL_CHANGE, RUNTIME);
	config_values_fini(&settings_schema, &settings);
	config_file_free(file);
	return path;
}

static char *socket_path(struct ctl *c, enum ctl_socket socket)
{
	const char *given = c->option[OPTION_SOCKET];
	struct stat st;

	if (!given)
		return configured(c, socket);
	if (stat(given, &st) == 0 && S_ISDIR(st.st_mode))
		return mem_printf("%s/%s", given, names[socket]);
	return mem_strdup(given);
}

static int open_socket(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(a.sun_path))
		return -ENAMETOOLONG;
	memcpy(a.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0)
		return fd;
	close(fd);
	return -errno;
}

static enum ctl_status not_connected(struct ctl *c, const char *path, int error)
{
	switch (error) {
	case -ENOENT:
	case -ECONNREFUSED:
		ctl_failed(c,
			"trunkd is not running: nobody listens on %s (another place: --socket)",
			path);
		return CTL_NOT_RUNNING;
	case -EACCES:
		return ctl_failed(
			c, "%s: permission denied: only its owner and its group may use it", path);
	default: return ctl_failed(c, "%s: %s", path, strerror(-error));
	}
}

static bool send_all(int fd, struct str s)
{
	while (s.n) {
		ssize_t n = send(fd, s.p, s.n, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		s = str_skip(s, (size_t)n);
	}
	return true;
}

/* ---- the answer ---- */

static enum ctl_status told_error(struct ctl *c, const json_t *e)
{
	const char *words = json_string_value(json_object_get(e, "words"));
	const char *remedy = json_string_value(json_object_get(e, "remedy"));

	return ctl_failed(c, "%s%s%s", words ? words : "trunkd could not do it", remedy ? ": " : "",
		remedy ? remedy : "");
}

/* False: that was the last one. */
static bool take_line(struct answer *a, struct str line)
{
	enum control_kind kind;
	json_t *value;
	bool more = false;

	if (!control_answer_read(line, &kind, &value)) {
		a->status = ctl_failed(a->c, "what trunkd answered is no answer");
		return false;
	}
	switch (kind) {
	case CONTROL_PROGRESS: more = !a->r->progress || a->r->progress(a->r->arg, value); break;
	case CONTROL_ITEM: more = !a->r->item || a->r->item(a->r->arg, value); break;
	case CONTROL_RESULT:
		if (a->r->result_out)
			*a->r->result_out = json_incref(value);
		break;
	case CONTROL_ERROR: a->status = told_error(a->c, value); break;
	}
	json_decref(value);
	return more;
}

static bool take_lines(struct answer *a)
{
	for (;;) {
		struct str line;

		switch (control_lines_next(&a->lines, &line)) {
		case CONTROL_MORE: return true;
		case CONTROL_TOO_LONG:
			a->status = ctl_failed(a->c, "what trunkd answered is too long");
			return false;
		case CONTROL_LINE:
			if (!take_line(a, line))
				return false;
		}
	}
}

/* False: the caller has had enough. */
static bool wait_for_more(const struct answer *a, int fd)
{
	struct pollfd p[] = { { fd, POLLIN, 0 }, { a->r->stop_fd, POLLIN, 0 } };

	if (a->r->stop_fd <= 0)
		return true;
	while (poll(p, 2, -1) < 0 && errno == EINTR)
		;
	return !p[1].revents;
}

bool client_read(struct answer *a, int fd)
{
	char room[16384];
	ssize_t n;

	do
		n = recv(fd, room, sizeof(room), 0);
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno == EAGAIN) {
		a->status = ctl_failed(a->c, "trunkd does not answer");
		return false;
	}
	if (n <= 0) {
		a->status = ctl_failed(
			a->c, "trunkd closed the connection before its answer was complete");
		return false;
	}
	control_lines_feed(&a->lines, (struct str){ room, (size_t)n });
	return take_lines(a);
}

int client_begin(struct answer *a, struct ctl *c, const struct ctl_request *r, const char *path)
{
	struct buf request = { 0 };
	int fd = open_socket(path);

	*a = (struct answer){ .c = c, .r = r, .status = CTL_FINE };
	control_lines_init(&a->lines, CONTROL_ANSWER_MAX);
	if (fd < 0) {
		a->status = not_connected(c, path, fd);
		return -1;
	}
	if (r->patience_s)
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO,
			&(struct timeval){ .tv_sec = (time_t)r->patience_s },
			sizeof(struct timeval));
	control_request_write(r->command, r->arguments, &request);
	/* A daemon that refuses us says so and closes: what it says counts. */
	if (!send_all(fd, buf_view(&request)) && errno != EPIPE && errno != ECONNRESET) {
		a->status = ctl_failed(c, "%s: %s", path, strerror(errno));
		close(fd);
		fd = -1;
	}
	buf_fini(&request);
	return fd;
}

static enum ctl_status ask(struct ctl *c, const struct ctl_request *r, const char *path)
{
	struct answer a;
	int fd = client_begin(&a, c, r, path);

	while (fd >= 0 && wait_for_more(&a, fd) && client_read(&a, fd))
		;
	control_lines_fini(&a.lines);
	if (fd >= 0)
		close(fd);
	return a.status;
}

char *client_path(struct ctl *c, enum ctl_socket socket)
{
	char *path = socket_path(c, socket);

	if (!path)
		ctl_failed(
			c, "%s switches the control sockets off (control.enabled)", load_path(c));
	return path;
}

enum ctl_status ctl_call(struct ctl *c, const struct ctl_request *r)
{
	MEM_AUTO char *path = client_path(c, r->socket);
	enum ctl_status status = CTL_FAILED;

	if (r->result_out)
		*r->result_out = NULL;
	if (path)
		status = ask(c, r, path);
	json_decref(r->arguments);
	return status;
}
