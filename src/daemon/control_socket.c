/* SPDX-License-Identifier: MIT */
/* See control_socket.h. */
#include "daemon/control_socket.h"

#include "base/mem.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 16, MODE = 0660 };

static bool address_of(const char *path, struct sockaddr_un *out)
{
	*out = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(out->sun_path))
		return false;
	memcpy(out->sun_path, path, strlen(path) + 1);
	return true;
}

/* Does somebody take connections there? */
static bool is_alive(const char *path)
{
	struct sockaddr_un a;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	bool alive = false;

	if (fd < 0)
		return false;
	/* A full backlog is a sign of life, too. */
	if (address_of(path, &a))
		alive = connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0 || errno == EAGAIN;
	close(fd);
	return alive;
}

/* Why the name cannot be taken; NULL: it can. */
static const char *taken(const char *path, bool mine)
{
	struct stat st;

	if (lstat(path, &st) != 0)
		return NULL;
	if (!S_ISSOCK(st.st_mode))
		return "something that is no socket has this name: remove it, or choose another "
		       "name";
	if (!mine && is_alive(path))
		return "another process listens there: is trunkd running already?";
	return NULL;
}

/* 0 or -errno. Nobody can connect before listen(). */
static int make(struct control_socket *s, gid_t group)
{
	struct sockaddr_un a;

	if (!address_of(s->beside, &a))
		return -ENAMETOOLONG;
	unlink(s->beside);
	if (bind(s->fd, (struct sockaddr *)&a, sizeof(a)) != 0)
		return -errno;
	if (group != (gid_t)-1 && chown(s->beside, (uid_t)-1, group) != 0)
		return -errno;
	if (chmod(s->beside, MODE) != 0 || listen(s->fd, BACKLOG) != 0 ||
		lstat(s->beside, &s->is) != 0)
		return -errno;
	return 0;
}

static const char *remedy(int error)
{
	switch (error) {
	case -ENOENT: return ": make its directory, writable for trunkd's user";
	case -EACCES: return ": let trunkd's user write to its directory";
	case -EPERM: return ": trunkd's user must be in the group";
	default: return "";
	}
}

struct control_socket *control_socket_new(
	const struct control_socket_want *w, struct config_report *report)
{
	const char *no = taken(w->path, w->mine);
	struct control_socket *s;
	int error;

	if (no) {
		config_report_add(
			report, CONFIG_ERROR, w->origin, "%s \"%s\": %s", w->what, w->path, no);
		return NULL;
	}
	s = MEM_NEW(struct control_socket);
	s->path = mem_strdup(w->path);
	s->beside = mem_printf("%s.new", w->path);
	s->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	error = s->fd < 0 ? -errno : make(s, w->group);
	if (!error)
		return s;
	config_report_add(report, CONFIG_ERROR, w->origin, "%s \"%s\": %s%s", w->what, w->path,
		strerror(-error), remedy(error));
	control_socket_free(s);
	return NULL;
}

int control_socket_publish(struct control_socket *s)
{
	if (rename(s->beside, s->path) != 0)
		return -errno;
	free(s->beside);
	s->beside = NULL;
	return 0;
}

void control_socket_free(struct control_socket *s)
{
	const char *name;
	struct stat st;

	if (!s)
		return;
	if (s->fd >= 0)
		close(s->fd);
	name = s->beside ? s->beside : s->path;
	if (lstat(name, &st) == 0 && st.st_dev == s->is.st_dev && st.st_ino == s->is.st_ino)
		unlink(name);
	free(s->path);
	free(s->beside);
	free(s);
}
