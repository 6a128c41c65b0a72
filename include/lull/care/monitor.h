/* lull/care/monitor.h - what is watched, the lines that reduce, hold or stop, rescue cards and the session's lists.
 *
 * knowledge/monitoring.yaml, rescue.yaml and care_lists.yaml. A rescue card whose dose was not
 * read in a label or guideline stays blank until the site fills and signs it. */
#ifndef LULL_CARE_MONITOR_H
#define LULL_CARE_MONITOR_H

#include "lull/base/date.h"
#include "lull/care/protocol.h"

LULL_BEGIN_C

enum lull_monitor_group { LULL_GROUP_CHAIR, LULL_GROUP_INPATIENT, LULL_GROUP_HOME, LULL_GROUP_DEPRESSION, LULL_N_MONITOR_GROUPS };
extern const char *const lull_monitor_group_names[];
enum lull_monitor_phase { LULL_PHASE_RUNNING, LULL_PHASE_AFTER_CHANGE, LULL_PHASE_LABORATORY };
extern const char *const lull_monitor_phase_names[];

struct lull_watch {
	const char *id, *name, *when;
	uint64_t groups;
	int phase;
	double every_min, until_h; /* NAN: no interval; to the end */
	int times;                 /* 0 = no number                */
	const char *source;
	int mark;
};

enum lull_line_side { LULL_LINE_ABOVE, LULL_LINE_BELOW };
extern const char *const lull_line_side_names[];
struct lull_line {
	const char *id, *signal, *unit;
	int at_or;                 /* enum lull_line_side */
	double watch, hold, stop;  /* NAN: in words only  */
	const char *watch_text, *hold_text, *stop_text;
	const char *source;
	int mark;
};

struct lull_monitoring {
	struct lull_watch *schedule; size_t n_schedule;
	struct lull_line *lines; size_t n_lines;
	struct lull_figure reduce_frac, resume_frac, resume_after_min, max_restarts;
	struct lull_figure recovery_min, recovery_long_min, recovery_long_rate_mg_per_kg_per_h;
};

struct lull_rescue_card {
	const char *id, *name, *purpose;
	const char *dose, *guard;      /* NULL: blank until signed          */
	const char *signed_by;         /* site physician; NULL = not signed */
	lull_day signed_on;
	const char *source;
	int mark;
};
struct lull_rescue {
	struct lull_rescue_card *cards; size_t n_cards;
	const char *no_antidote, *no_antidote_source;
	int no_antidote_mark;
};

enum lull_list_kind {
	LULL_LIST_PREPARATION, LULL_LIST_CONSENT, LULL_LIST_KIT, LULL_LIST_STAFFING, LULL_LIST_STOP,
	LULL_LIST_RESPONSE, LULL_LIST_DISCHARGE, LULL_LIST_LOG, LULL_LIST_COVERAGE, LULL_N_LISTS
};
extern const char *const lull_list_names[];
struct lull_list_item {
	const char *id, *text;
	int list;              /* enum lull_list_kind   */
	uint64_t places;       /* bits; 0 = everywhere  */
	const char *source;
	int mark;
};
struct lull_lists {
	struct lull_list_item *items; size_t n_items;
};

LULL_NODISCARD int lull_monitoring_load(const struct lull_files *files, struct lull_arena *arena,
					struct lull_monitoring *out, struct lull_diags *diags);
LULL_NODISCARD int lull_rescue_load(const struct lull_files *files, struct lull_arena *arena,
				    struct lull_rescue *out, struct lull_diags *diags);
LULL_NODISCARD int lull_lists_load(const struct lull_files *files, struct lull_arena *arena,
				   struct lull_lists *out, struct lull_diags *diags);

/* The line with that id, or NULL. */
const struct lull_line *lull_monitor_line(const struct lull_monitoring *monitoring, const char *id);

/* Write the reduce and stop lines and the resume rule into a protocol's rule. */
void lull_monitor_arm(const struct lull_monitoring *monitoring, struct lull_rule *rule);

LULL_END_C

#endif
