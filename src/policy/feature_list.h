/* SPDX-License-Identifier: MIT */
/* The features, in the order of the manual: X(ID, "name", "what it is"). Included by feature.h and feature.c. */
X(CORE, "core", "body, subject, thread, show, status, priority, error: the content namespace itself")
X(UNKNOWN, "unknown", "everything that the catalogue does not name")
