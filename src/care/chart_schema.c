/* chart_schema.c - the tables of the chart's events and of the chart itself: checks, JSON both ways, JSON Schema. */
#include "lull/care/chart.h"

static const char *const kind_names[] = { "free", "headache", NULL };

#define ROW(k, t, m, ...) { .key = (k), .type = LULL_F_##t, .offset = offsetof(struct S, m), __VA_ARGS__ }
#define TEXT(m) ROW(#m, TEXT, m, .required = true)
#define TEXT_OPT(m) ROW(#m, TEXT, m)
#define SEQ(m, need) ROW(#m, NUMBER, m, .required = (need), .min = 1, .max = 9007199254740991.0)
#define NAMED(m, list) ROW(#m, ENUM, m, .required = true, .names = (list))
#define DAY(m, need) ROW(#m, DAY, m, .required = (need))
#define END { .key = NULL }
#define TABLE(label, rows) { .name = (label), .size = sizeof(struct S), .fields = (rows) }

#define S lull_said_registered
static const struct lull_field registered_fields[] = {
	TEXT(name), DAY(born, false), NAMED(sex, lull_sex_names), ROW("invented", BOOL, invented, .required = true), END
};
static const struct lull_schema registered_schema = TABLE("patient.registered", registered_fields);
#undef S

#define S lull_said_facts
static const struct lull_field facts_fields[] = { TEXT(section), ROW("value", NODE, value, .required = true), END };
static const struct lull_schema facts_schema = TABLE("patient.facts", facts_fields);
#undef S

#define S lull_said_drug
static const struct lull_field drug_fields[] = {
	TEXT_OPT(name), ROW("class", ENUM, acute, .required = true, .names = lull_acute_names),
	ROW("doses", NUMBER, doses, .min = 0, .max = 1000), ROW("relief", ANSWER, relief), END
};
static const struct lull_schema drug_schema = TABLE("drug of a day", drug_fields);
#undef S

static void check_day(const void *object, const struct lull_node *node, const struct lull_doc *doc,
		      struct lull_diags *diags)
{
	const struct lull_said_diary_day *d = object;
	if (d->yes & d->no)
		lull_node_diag(diags, doc, node, LULL_ERROR, "each sign once", NULL, "a sign among both yes and no");
	if (d->n_drugs && !d->drugs_known)
		lull_node_diag(diags, doc, node, LULL_ERROR, "drugs_known: true where drugs are listed", NULL,
			       "drugs and drugs_known: false");
	if (d->n_drugs > 64)
		lull_node_diag(diags, doc, node, LULL_ERROR, "at most 64 drugs", NULL, "%zu drugs", d->n_drugs);
	if (d->kind == LULL_ENTRY_FREE && d->pain > 0)
		lull_node_diag(diags, doc, node, LULL_ERROR, "kind: headache, or no pain", NULL, "a free day with pain %g",
			       d->pain);
}

#define S lull_said_diary_day
static const struct lull_field diary_fields[] = {
	DAY(day, true), TEXT(device), SEQ(replaces, false),
	ROW("recorded_at_ms", NUMBER, recorded_at_ms, .min = 0, .max = 9007199254740991.0, .unit = "ms"),
	NAMED(kind, kind_names), ROW("pain_0_10", NUMBER, pain, .min = 0, .max = 10),
	ROW("duration_min", NUMBER, duration_min, .min = 0, .max = 57600000, .unit = "min"),
	ROW("severity", INT, severity, .min = 0, .max = 3, .absent_int = -1),
	ROW("start_min", INT, start_min, .min = 0, .max = 1439, .absent_int = -1, .unit = "min"),
	ROW("signs_yes", FLAGS, yes, .names = lull_sign_names), ROW("signs_no", FLAGS, no, .names = lull_sign_names),
	ROW("drugs_known", BOOL, drugs_known),
	ROW("drugs", LIST, drugs, .count_offset = offsetof(struct S, n_drugs), .sub = &drug_schema), TEXT_OPT(note), END
};
static const struct lull_schema diary_schema = { .name = "diary.day", .size = sizeof(struct S), .fields = diary_fields,
						 .check = check_day };
#undef S

#define S lull_said_score
static const struct lull_field score_fields[] = {
	ROW("entry", OBJECT, entry, .required = true, .sub = &lull_score_entry_schema), END
};
static const struct lull_schema score_schema = TABLE("score.recorded", score_fields);
#undef S

#define S lull_said_consent
static const struct lull_field consent_fields[] = { TEXT(kind), TEXT(text_version), TEXT(text_hash), TEXT(signed_by), END };
static const struct lull_schema consent_schema = TABLE("consent.signed", consent_fields);
#undef S

#define S lull_said_withdrawn
static const struct lull_field withdrawn_fields[] = { SEQ(consent, true), TEXT_OPT(reason), END };
static const struct lull_schema withdrawn_schema = TABLE("consent.withdrawn", withdrawn_fields);
#undef S

#define S lull_said_verdict
static const struct lull_field verdict_fields[] = {
	NAMED(verdict, lull_verdict_names), TEXT(indication), TEXT(route), DAY(on, true), DAY(valid_until, false),
	TEXT(knowledge_hash), TEXT(inputs_hash), TEXT_OPT(answer_hash), END
};
static const struct lull_schema verdict_schema = TABLE("verdict", verdict_fields);
#undef S

#define S lull_said_plan
static const struct lull_field plan_fields[] = {
	TEXT(plan), TEXT(protocol), NAMED(status, lull_plan_status_names), ROW("request", NODE, request),
	TEXT(knowledge_hash), TEXT(inputs_hash), TEXT_OPT(answer_hash), END
};
static const struct lull_schema plan_schema = TABLE("plan.made", plan_fields);
#undef S

#define S lull_said_plan_step
static const struct lull_field step_fields[] = { TEXT(plan), TEXT_OPT(reason), END };
static const struct lull_schema approved_schema = TABLE("plan.approved", step_fields);
static const struct lull_schema cancelled_schema = TABLE("plan.cancelled", step_fields);
#undef S

#define S lull_said_override
static const struct lull_field override_fields[] = {
	TEXT(rule), TEXT(reason), NAMED(role, lull_override_role_names), TEXT_OPT(second_signer), TEXT_OPT(policy), END
};
static const struct lull_schema override_schema = TABLE("override", override_fields);
#undef S

#define S lull_said_opened
static const struct lull_field opened_fields[] = { TEXT(session), TEXT(plan), END };
static const struct lull_schema opened_schema = TABLE("session.opened", opened_fields);
#undef S

#define S lull_said_closed
static const struct lull_field closed_fields[] = {
	TEXT(session), TEXT(how), ROW("dose_mg", NUMBER, dose_mg, .min = 0, .max = 100000, .unit = "mg"), END
};
static const struct lull_schema closed_schema = TABLE("session.closed", closed_fields);
#undef S

#define S lull_said_outcome
static const struct lull_field outcome_fields[] = {
	NAMED(result, lull_series_result_names), DAY(on, true), TEXT(knowledge_hash), TEXT(inputs_hash),
	TEXT_OPT(answer_hash), END
};
static const struct lull_schema outcome_schema = TABLE("outcome.assessed", outcome_fields);
#undef S

#define S lull_said_letter
static const struct lull_field letter_fields[] = { TEXT(kind), TEXT_OPT(to), TEXT(text_hash), END };
static const struct lull_schema letter_schema = TABLE("letter", letter_fields);
#undef S

#define S lull_said_flag
static const struct lull_field flag_fields[] = { TEXT(flag), TEXT(what), NAMED(risk, lull_suicide_risk_names), END };
static const struct lull_schema flag_schema = TABLE("flag.raised", flag_fields);
#undef S

#define S lull_said_review
static const struct lull_field review_fields[] = { TEXT(flag), TEXT(assessment), TEXT(action), END };
static const struct lull_schema review_schema = TABLE("flag.reviewed", review_fields);
#undef S

#define S lull_said_correction
static const struct lull_field correction_fields[] = { SEQ(refers, true), TEXT(reason), END };
static const struct lull_schema correction_schema = TABLE("correction", correction_fields);
#undef S

const struct lull_schema *lull_chart_body_schema(enum lull_chart_kind kind)
{
	static const struct lull_schema *const schemas[] = {
#define LULL_X(name, text, type, strike) &name##_schema,
		LULL_CHART_EVENTS(LULL_X)
#undef LULL_X
	};
	return schemas[kind];
}

/* ---- the chart ----------------------------------------------------------------------------- */

#define S lull_chart_head
static const struct lull_field head_fields[] = {
	SEQ(seq, true), ROW("at_ms", NUMBER, at_ms, .required = true, .min = 0, .max = 9007199254740991.0, .unit = "ms"),
	TEXT(actor), TEXT_OPT(why), DAY(civil_day, false),
	ROW("utc_offset_min", INT, utc_offset_min, .min = -840, .max = 840, .unit = "min", .absent_int = 0),
	SEQ(struck_by, false), SEQ(ended_by, false), END
};
static const struct lull_schema head_schema = TABLE("head", head_fields);
#undef S

#define LULL_X(which, text, body, strike)                                                                           \
	static const struct lull_field kept_##which##_fields[] = {                                                  \
		{ .key = "head", .type = LULL_F_OBJECT, .offset = offsetof(struct lull_kept_##which, head),          \
		  .required = true, .sub = &head_schema },                                                         \
		{ .key = "said", .type = LULL_F_OBJECT, .offset = offsetof(struct lull_kept_##which, said),          \
		  .required = true, .sub = &which##_schema },                                                       \
		{ .key = NULL }                                                                                    \
	};                                                                                                         \
	static const struct lull_schema kept_##which##_schema = { .name = "kept " text,                              \
								 .size = sizeof(struct lull_kept_##which),          \
								 .fields = kept_##which##_fields };
LULL_CHART_EVENTS(LULL_X)
#undef LULL_X

static const struct lull_field chart_fields[] = {
	{ .key = "last_seq", .type = LULL_F_NUMBER, .offset = offsetof(struct lull_chart, last_seq), .required = true,
	  .min = 0, .max = 9007199254740991.0 },
#define LULL_X(which, text, body, strike)                                                                  \
	{ .key = #which, .type = LULL_F_LIST, .offset = offsetof(struct lull_chart, which),                 \
	  .count_offset = offsetof(struct lull_chart, n_##which), .sub = &kept_##which##_schema },
	LULL_CHART_EVENTS(LULL_X)
#undef LULL_X
	{ .key = NULL }
};
const struct lull_schema lull_chart_schema = { .name = "chart", .size = sizeof(struct lull_chart),
					       .fields = chart_fields, .version = LULL_CHART_FOLD_VERSION };

const char *const lull_chart_kind_names[LULL_N_CHART_KINDS + 1] = {
#define LULL_X(which, words, body, strike) words,
	LULL_CHART_EVENTS(LULL_X)
#undef LULL_X
	NULL
};
