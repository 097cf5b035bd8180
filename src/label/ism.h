/* SPDX-License-Identifier: MIT */
/*
 * Markings of the IC-ISM family: attributes (classification, ownerProducer, ...) on any element.
 * They are read as a label of a policy called "IC-ISM", so that a policy file of that name decides
 * about them; without one nobody knows the policy, and the label denies.
 */
#pragma once

#include "label/model.h"
#include "xml/element.h"

#define ISM_POLICY "IC-ISM"

/* Does the element carry such a marking? Attributes in one of the namespaces of IC-ISM, or, as the
 * example of XEP-0258 has it, classification and ownerProducer without one. */
bool ism_is(const struct xml_element *e);
/* Reads it into l, which is cleared first: each word of an attribute is a value in a category of
 * its name; what only says who classified and until when is left out. False: *fault_out says why.
 */
bool ism_read(const struct xml_element *e, struct label *l, const char **fault_out);
