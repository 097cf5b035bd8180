/* SPDX-License-Identifier: MIT */
/* From text to compiled peering controls. */
#include "peering_rig.h"

#include "base/mem.h"
#include "pki.h"

#include <stdlib.h>

static struct trust_store *new_store(struct config_report *report)
{
	struct pki ca = pki_new(NULL, &(struct pki_spec){ .cn = "ca", .ca = 1 });
	char name[] = "ca";
	char *path = pki_write_certs("ca.pem", &ca.cert, 1);
	struct trust_config c = { .name = name, .ca = { .v = &path, .n = 1 } };
	struct trust_store *store = trust_store_new(&c, report);

	assert_non_null(store);
	free(path);
	pki_free(&ca);
	pki_clean();
	return store;
}

void peering_rig_load(struct peering_rig *rig, const char *text)
{
	struct config_list none = { NULL, 0 };

	*rig = (struct peering_rig){ .report = config_report_new() };
	rig->file =
		config_load_text(text, "test.conf", &settings_schema, &rig->settings, rig->report);
	if (!rig->file)
		fail_msg("%s\n%s", config_report_line(rig->report, 0, NULL), text);
	rig->store = new_store(rig->report);
	rig->credentials = credentials_new(&none, rig->report);
	rig->tables = policy_set_new();
	rig->peering = peering_new(
		&rig->settings, &rig->store, 1, rig->credentials, rig->tables, NULL, rig->report);
}

void peering_rig_init(struct peering_rig *rig, const char *text)
{
	peering_rig_load(rig, text);
	if (config_report_line(rig->report, 0, NULL))
		fail_msg("%s\n%s", config_report_line(rig->report, 0, NULL), text);
}

void peering_rig_fini(struct peering_rig *rig)
{
	peering_free(rig->peering);
	policy_set_free(rig->tables);
	credentials_free(rig->credentials);
	trust_store_free(rig->store);
	config_values_fini(&settings_schema, &rig->settings);
	config_file_free(rig->file);
	config_report_free(rig->report);
}

struct domain peering_rig_domain(const char *text)
{
	struct domain d;

	if (!domain_parse(str_of(text), &d))
		fail_msg("\"%s\" is no domain", text);
	return d;
}

const char *peering_rig_zone(const struct peering_rig *rig, const char *domain)
{
	struct domain d = peering_rig_domain(domain);
	const struct control *c = peering_find(rig->peering, &d);

	return c ? c->zone : "none";
}

struct passage peering_rig_permit(const struct peering_rig *rig, const char *from, const char *to)
{
	struct domain a = peering_rig_domain(from), b = peering_rig_domain(to);
	struct passage p;

	peering_permit(rig->peering, &a, &b, &p);
	return p;
}

void peering_rig_expect(
	const struct peering_rig *rig, const char *from, const char *to, enum permit want)
{
	enum permit got = peering_rig_permit(rig, from, to).permit;

	if (got != want)
		fail_msg("%s to %s: %s, not %s", from, to, permit_name(got), permit_name(want));
}
