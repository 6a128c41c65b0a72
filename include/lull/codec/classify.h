/* lull/codec/classify.h - a classification as JSON.
 *
 * Only the objects of "days" have a key named "label". Counts are what is certain; beside
 * each stands what is not known, and the estimate where there is one. */
#ifndef LULL_CODEC_CLASSIFY_H
#define LULL_CODEC_CLASSIFY_H

#include "lull/codec/json.h"
#include "lull/headache/classify.h"

/* How one month length answers: the same diary counted three ways. */
struct lull_month_view {
	enum lull_month month;
	bool unknown;            /* no dates, or an invented calendar               */
	size_t n_blocks;         /* months with enough recorded days to judge       */
	size_t n_over;           /* of them with headache on enough days (1.3 A)    */
	size_t n_estimated;      /* of n_over: by a prorated count                  */
	struct lull_count latest; unsigned latest_length, latest_missing;
	enum lull_status headache, chronic; /* 1.3 A and 1.3                        */
};

struct lull_month_view lull_month_view_of(const struct lull_criteria *criteria,
					  const struct lull_classification *classification);

struct lull_classify_answer {
	const struct lull_criteria *criteria;
	const struct lull_diary *diary;
	const struct lull_classification *classification;
	const struct lull_finding *findings;
	size_t n_findings;
	const struct lull_month_view *months; /* of each length, 3 */
	bool with_days;
};

/* One element of "patients". */
void lull_json_classify(struct lull_json *json, const char *key, const struct lull_classify_answer *answer);

#endif
