/* SPDX-License-Identifier: MIT */
/* Passwords in stanzas that are recorded whole. */
#include "unit.h"

#include "audit/mask.h"

static const struct {
	const char *in, *want;
} rows[] = {
	{ "<message><body>the password is xyzzy</body></message>",
		"<message><body>the password is xyzzy</body></message>" },
	/* a room's (XEP-0045 7.2.6), and the invitation to it (7.8.2, XEP-0249) */
	{ "<presence to='r@m.example/n'><x xmlns='http://jabber.org/protocol/muc'>"
	  "<password>cauldronburn</password><history maxchars='0'/></x></presence>",
		"<presence to='r@m.example/n'><x xmlns='http://jabber.org/protocol/muc'>"
		"<password>********</password><history maxchars='0'/></x></presence>" },
	{ "<x xmlns='jabber:x:conference' jid='r@m.example' password=\"a'b>\" reason='r'/>",
		"<x xmlns='jabber:x:conference' jid='r@m.example' password=\"********\" "
		"reason='r'/>" },
	/* registration (XEP-0077), by any prefix, split, in CDATA, with children */
	{ "<r:query xmlns:r='jabber:iq:register'><r:username>bill</r:username>"
	  "<r:password>Calliope</r:password></r:query>",
		"<r:query xmlns:r='jabber:iq:register'><r:username>bill</r:username>"
		"<r:password>********</r:password></r:query>" },
	{ "<password>a<![CDATA[<b>]]>c</password><x>y</x>", "<password>****************"
							    "********</password><x>y</x>" },
	{ "<password><v>deep</v> </password><v>seen</v>",
		"<password><v>********</v> </password><v>seen</v>" },
	{ "<password/><v>seen</v>", "<password/><v>seen</v>" },
	{ "<password\n>x</password ><v>seen</v>", "<password\n>********</password ><v>seen</v>" },
	{ "<password a='>'>x</password>", "<password a='>'>********</password>" },
	/* forms (XEP-0004) */
	{ "<field var='muc#roomconfig_roomsecret' type='text-single'><value>s</value></field>"
	  "<field var='nick'><value>n</value></field>",
		"<field var='muc#roomconfig_roomsecret' type='text-single'><value>********</value>"
		"</field><field var='nick'><value>n</value></field>" },
	{ "<field type='text-private' var='x'><value>s</value></field>",
		"<field type='text-private' var='x'><value>********</value></field>" },
	{ "<field var='pass&#119;ord'><value>s</value></field>",
		"<field var='pass&#119;ord'><value>********</value></field>" },
	{ "<other var='password'><value>s</value></other>",
		"<other var='password'><value>s</value></other>" },
	/* names that only contain it */
	{ "<passwords>x</passwords><a xpassword='y' p:password='z'/>",
		"<passwords>x</passwords><a xpassword='y' p:password='********'/>" },
	/* not well-formed: nothing more */
	{ "<a>text</a><b password='x", "<a>text</a>" },
	{ "<a><![CDATA[x</a>", "<a>" },
	{ "", "" },
};

static void passwords_are_hidden_and_nothing_else(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf out = { 0 };

		audit_mask(str_of(rows[i].in), &out);
		assert_str(buf_view(&out), rows[i].want);
		buf_fini(&out);
	}
}

static void whatever_is_cut_off_no_password_shows(void **unused)
{
	static const char whole[] = "<x><password k='v'>XYZZY</password><c password='XYZZY'/>"
				    "<field var='secret'><value>XYZZY</value></field></x>";

	(void)unused;
	for (size_t n = 0; n <= sizeof(whole) - 1; n++) {
		struct buf out = { 0 };

		audit_mask((struct str){ whole, n }, &out);
		assert_null(memmem(buf_view(&out).p, buf_len(&out), "XY", 2));
		buf_fini(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(passwords_are_hidden_and_nothing_else),
		cmocka_unit_test(whatever_is_cut_off_no_password_shows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
