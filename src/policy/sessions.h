/* SPDX-License-Identifier: MIT */
/*
 * What the sessions under way are about: those of Jingle (XEP-0166), and proposals of one
 * (XEP-0353), which have the same id. Only their first stanzas say it; the later ones are judged by
 * what is remembered here. Bounded, of one worker, and a memory only: what has been forgotten is
 * judged by itself. Constant cost, and no allocation after the first.
 */
#pragma once

#include "base/str.h"

enum { SESSIONS_MAX = 4096 };

/* May be both. */
enum session_about { SESSION_CALL = 1, SESSION_FILES = 2 };

struct sessions;
struct sessions *sessions_new(void);
void sessions_free(struct sessions *s);

/* What a session is known by: both addresses, in either order and whatever their resources, and its
 * id. Never 0. */
uint64_t sessions_key(const struct sessions *s, struct str from, struct str to, struct str sid);
/* Adds to what it is about. Of a few, the one that was used least recently is forgotten for a new
 * one. */
void sessions_add(struct sessions *s, uint64_t key, unsigned about);
/* What it is about (enum session_about). 0: there is none, or it has been forgotten. */
unsigned sessions_find(struct sessions *s, uint64_t key);
/* It has ended. */
void sessions_remove(struct sessions *s, uint64_t key);
