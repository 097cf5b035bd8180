/* SPDX-License-Identifier: MIT */
/* See admission.h. */
#include "trunk/admission.h"

#include "base/mem.h"

#include <stdlib.h>

struct admission_host {
	struct map_node node;
	unsigned connections;
	size_t n;
	char key[16];
};

void admission_init(struct admission *a)
{
	pthread_mutex_init(&a->lock, NULL);
	map_init(&a->hosts);
	a->connections = a->setups = 0;
}

void admission_fini(struct admission *a)
{
	map_fini(&a->hosts);
	pthread_mutex_destroy(&a->lock);
}

static struct admission_host *host_new(struct admission *a, struct str key)
{
	struct admission_host *h = MEM_NEW(struct admission_host);

	h->n = key.n;
	memcpy(h->key, key.p, key.n);
	map_put(&a->hosts, &h->node, (struct str){ h->key, h->n });
	return h;
}

static bool crowded(const struct admission *a, const struct limits_config *lim)
{
	return a->setups >= (unsigned)lim->handshakes;
}

const char *admission_enter(struct admission *a, const struct address *peer,
	const struct limits_config *lim, struct admission_place *place_out)
{
	struct str key = address_host_key(peer);
	struct map_node *node;
	struct admission_host *h;
	const char *why = NULL;

	*place_out = (struct admission_place){ 0 };
	pthread_mutex_lock(&a->lock);
	node = map_get(&a->hosts, key);
	h = node ? map_item(node, struct admission_host, node) : NULL;
	if (a->connections >= (unsigned)lim->connections)
		why = "limits.connections";
	else if (h && h->connections >= (unsigned)lim->connections_per_address)
		why = "limits.connections_per_address";
	else if (crowded(a, lim))
		why = "limits.handshakes";
	if (!why) {
		h = h ? h : host_new(a, key);
		h->connections++;
		a->connections++;
		a->setups++;
		*place_out = (struct admission_place){ .host = h, .setting_up = true };
	}
	pthread_mutex_unlock(&a->lock);
	return why;
}

bool admission_crowded(struct admission *a, const struct limits_config *lim)
{
	bool is;

	pthread_mutex_lock(&a->lock);
	is = crowded(a, lim);
	pthread_mutex_unlock(&a->lock);
	return is;
}

void admission_set_up(struct admission *a, struct admission_place *place)
{
	if (!place->setting_up)
		return;
	place->setting_up = false;
	pthread_mutex_lock(&a->lock);
	a->setups--;
	pthread_mutex_unlock(&a->lock);
}

void admission_leave(struct admission *a, struct admission_place *place)
{
	struct admission_host *h = place->host;

	admission_set_up(a, place);
	if (!h)
		return;
	place->host = NULL;
	pthread_mutex_lock(&a->lock);
	a->connections--;
	if (--h->connections == 0) {
		map_remove(&a->hosts, &h->node);
		free(h);
	}
	pthread_mutex_unlock(&a->lock);
}
