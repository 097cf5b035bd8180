/* SPDX-License-Identifier: MIT */
/* Two small policies that know each other, and labels under them. */
#pragma once

#define SPIF_HEAD                                                                    \
	"<SPIF xmlns='http://www.xmlspif.org/spif' schemaVersion='2.1' version='1' " \
	"creationDate='20260101000000Z' originatorDN='CN=t' keyIdentifier='00' "     \
	"privilegeId='2.16.840.1.101.2.1.8.3' rbacId='2.16.840.1.101.2.1.8.3'>"

#define TINY_RED                                                                                \
	SPIF_HEAD                                                                               \
	"<securityPolicyId name='RED' id='2.25.1'/><securityClassifications>"                   \
	"<securityClassification name='LOW' lacv='1' hierarchy='1'>"                            \
	"<equivalentClassification policyRef='BLUE' lacv='10' applied='both'/>"                 \
	"</securityClassification>"                                                             \
	"<securityClassification name='HIGH' lacv='2' hierarchy='2'>"                           \
	"<equivalentClassification policyRef='BLUE' lacv='20' applied='encrypt'/>"              \
	"</securityClassification></securityClassifications><securityCategoryTagSets>"          \
	"<securityCategoryTagSet name='Releasable To' id='2.25.1.1'>"                           \
	"<securityCategoryTag name='Releasable To' tagType='enumerated' enumType='permissive'>" \
	"<tagCategory name='XAA' lacv='1'><equivalentSecCategoryTag policyRef='BLUE' "          \
	"tagSetId='2.25.2.1' tagType='permissive' lacv='0' applied='both'/></tagCategory>"      \
	"<tagCategory name='XBB' lacv='2'/></securityCategoryTag></securityCategoryTagSet>"     \
	"<securityCategoryTagSet name='Codeword' id='2.25.1.2'>"                                \
	"<securityCategoryTag name='Codeword' tagType='restrictive'>"                           \
	"<tagCategory name='ALPHA' lacv='0'><excludedClass>LOW</excludedClass></tagCategory>"   \
	"</securityCategoryTag></securityCategoryTagSet></securityCategoryTagSets>"             \
	"<equivalentPolicies><equivalentPolicy name='BLUE' id='2.25.2'/></equivalentPolicies>"  \
	"</SPIF>"

#define TINY_BLUE                                                              \
	SPIF_HEAD                                                              \
	"<securityPolicyId name='BLUE' id='2.25.2'/><securityClassifications>" \
	"<securityClassification name='PALE' lacv='10' hierarchy='1'/>"        \
	"<securityClassification name='DEEP' lacv='20' hierarchy='2'/>"        \
	"</securityClassifications><securityCategoryTagSets>"                  \
	"<securityCategoryTagSet name='Release' id='2.25.2.1'>"                \
	"<securityCategoryTag name='Release' tagType='permissive'>"            \
	"<tagCategory name='A' lacv='0'/><tagCategory name='B' lacv='1'/>"     \
	"</securityCategoryTag></securityCategoryTagSet></securityCategoryTagSets></SPIF>"
