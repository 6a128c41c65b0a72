/* What the files of the screen share: evaluating a `when` against a record. */
#ifndef LULL_CARE_SCREEN_PRIVATE_H
#define LULL_CARE_SCREEN_PRIVATE_H

#include "lull/care/screen.h"

/* Everything an evaluation reads; made once a screen. */
struct lull_screen__view {
	const struct lull_screening *screening;
	const struct lull_screen_request *request;
	const struct lull_drug_match *drugs;     /* one for each drug of the record */
	struct lull_redflag_result red_flags;
	enum lull_suicide_risk suicide_risk;
	lull_day suicide_day;
	enum lull_answer phq9_item9;             /* positive, and no suicide screen since */
	double valid_days;                       /* of the rule being judged; NAN   */
	bool needs_sure;                         /* a drug known from memory is not enough */
};

/* Status of a tree; *basis gets the leaf that decided it. */
enum lull_status lull_screen__eval(const struct lull_screen__view *view, const struct lull_when *when,
				   struct lull_basis *basis);

/* Calls visit for each leaf that is unknown and keeps the tree unknown. */
typedef int lull_screen__visit(void *payload, const struct lull_basis *basis);
int lull_screen__unknown_leaves(const struct lull_screen__view *view, const struct lull_when *when,
				lull_screen__visit *visit, void *payload);

double lull_screen__valid_days(const struct lull_screen__view *view, const struct lull_when *leaf);

/* Is the drug taken on the day of the screen? MET, NOT_MET, UNKNOWN (stopped, no date). */
enum lull_status lull_screen__is_taken(const struct lull_screen__view *view, const struct lull_patient_drug *drug);

/* Was every preventive of this class on record only said to be unavailable? */
bool lull_screen__is_unavailable(const struct lull_screen__view *view, int preventive);

/* Prepares a view; the drug matches live in the arena. */
int lull_screen__view_make(const struct lull_screening *screening, const struct lull_screen_request *request,
			   struct lull_arena *arena, struct lull_screen__view *view,
			   struct lull_drug_match **drugs, struct lull_err *err);

/* A rule asks for certainty where it could exclude somebody. */
static inline void lull_screen__for_rule(struct lull_screen__view *view, const struct lull_screen_rule *rule)
{
	view->valid_days = rule->valid_days;
	view->needs_sure = rule->kind != LULL_RULE_CAUTION;
}

#endif
