/* NONMEM control streams: every ADVAN and TRANS against its definition, covariate and deviation forms, refusals. */
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lull/base/yaml.h"
#include "lull/ketamine/nonmem.h"

struct got {
	struct lull_arena arena;
	struct lull_diags diags;
	const struct lull_nonmem *m;
	int rc;
};

static void read_text(struct got *g, const char *text)
{
	*g = (struct got){ .arena = { 0 } };
	lull_diags_init(&g->diags, &g->arena);
	g->rc = lull_nonmem_read(text, strlen(text), "run.ctl", &g->arena, &g->m, &g->diags);
}

static void read_well(struct got *g, const char *text)
{
	read_text(g, text);
	if (g->rc != LULL_OK)
		print_error("%s\n%s", g->diags.n_items ? g->diags.items[0].found : "?", text);
	assert_int_equal(g->rc, LULL_OK);
}

static void end(struct got *g) { lull_arena_clear(&g->arena); }

static const struct lull_nm_param *param(const struct got *g, int role)
{
	for (size_t i = 0; i < g->m->n_params; i++)
		if ((int)g->m->params[i].role == role)
			return &g->m->params[i];
	fail_msg("no %s", lull_nm_role_names[role]);
	return NULL;
}

/* A control stream around a $PK and $THETAs: 5 ETAs with variance 0.1, one EPS. */
static const char *stream(struct got *g, const char *sub, const char *pk, const char *thetas)
{
	static char text[4000];

	(void)g;
	snprintf(text, sizeof text,
		 "$PROBLEM test\n$INPUT ID TIME AMT DV WT AGE SEX OCC RACE\n$DATA none.csv\n$SUBROUTINES %s\n$PK\n%s\n"
		 "$ERROR\nY = F*(1+EPS(1))\n$THETA %s\n$OMEGA 0.1 0.1 0.1 0.1 0.1\n$SIGMA 0.04\n",
		 sub, pk, thetas);
	return text;
}

/* ------------------------------------------------------------------ ADVAN and TRANS */

static const struct {
	const char *sub, *pk, *thetas;
	int n, depot, is_clearance;
	struct { int role; double value; } want[8]; /* ended by value 0 */
} structures[] = {
	{ "ADVAN1 TRANS1", "K=THETA(1)\nS1=THETA(2)", "0.2 10", 1, 0, 0, { { LULL_NM_K10, 0.2 }, { LULL_NM_SCALE_V, 10 } } },
	{ "ADVAN1 TRANS1", "CL=THETA(1)\nV=THETA(2)\nK=CL/V\nS1=V", "2 10", 1, 0, 1, { { LULL_NM_CL, 2 }, { LULL_NM_V1, 10 } } },
	{ "ADVAN1 TRANS2", "CL=THETA(1)\nV=THETA(2)\nS1=V", "2 10", 1, 0, 1, { { LULL_NM_CL, 2 }, { LULL_NM_V1, 10 } } },
	{ "ADVAN2 TRANS1", "K=THETA(1)\nKA=THETA(2)\nS2=THETA(3)", "0.2 1.5 10", 1, 1, 0,
	  { { LULL_NM_K10, 0.2 }, { LULL_NM_KA, 1.5 }, { LULL_NM_SCALE_V, 10 } } },
	{ "ADVAN2 TRANS2", "CL=THETA(1)\nV=THETA(2)\nKA=THETA(3)\nS2=V\nF1=THETA(4)\nALAG1=0.5", "2 10 1.5 0.4", 1, 1, 1,
	  { { LULL_NM_CL, 2 }, { LULL_NM_V1, 10 }, { LULL_NM_KA, 1.5 }, { LULL_NM_F_DEPOT, 0.4 }, { LULL_NM_LAG_DEPOT, 0.5 } } },
	{ "ADVAN3 TRANS1", "K=THETA(1)\nK12=THETA(2)\nK21=THETA(3)\nS1=10", "0.2 0.5 0.3", 2, 0, 0,
	  { { LULL_NM_K10, 0.2 }, { LULL_NM_K12, 0.5 }, { LULL_NM_K21, 0.3 }, { LULL_NM_SCALE_V, 10 } } },
	{ "ADVAN3 TRANS1", "CL=THETA(1)\nV1=THETA(2)\nQ=THETA(3)\nV2=THETA(4)\nK=CL/V1\nK12=Q/V1\nK21=Q/V2\nS1=V1", "2 10 5 20", 2, 0, 1,
	  { { LULL_NM_CL, 2 }, { LULL_NM_V1, 10 }, { LULL_NM_Q2, 5 }, { LULL_NM_V2, 20 } } },
	{ "ADVAN3 TRANS3", "CL=THETA(1)\nV=THETA(2)*WT/70\nQ=THETA(3)\nVSS=THETA(4)*WT/70\nS1=V", "2 10 5 30", 2, 0, 1,
	  { { LULL_NM_CL, 2 }, { LULL_NM_V1, 10 }, { LULL_NM_Q2, 5 }, { LULL_NM_V2, 20 } } },
	{ "ADVAN3 TRANS4", "CL=THETA(1)\nV1=THETA(2)\nQ=THETA(3)\nV2=THETA(4)\nS1=V1", "2 10 5 20", 2, 0, 1,
	  { { LULL_NM_CL, 2 }, { LULL_NM_V1, 10 }, { LULL_NM_Q2, 5 }, { LULL_NM_V2, 20 } } },
	/* k10 0.2, k12 0.5, k21 0.25: alpha + beta = 0.95, alpha beta = 0.05; AOB = (alpha - k21)/(k21 - beta) */
	{ "ADVAN3 TRANS5", "ALPHA=THETA(1)\nBETA=THETA(2)\nAOB=(ALPHA-0.25)/(0.25-BETA)\nS1=10",
	  "0.89407636535600525 0.055923634643994746", 2, 0, 0,
	  { { LULL_NM_K10, 0.2 }, { LULL_NM_K12, 0.5 }, { LULL_NM_K21, 0.25 }, { LULL_NM_SCALE_V, 10 } } },
	{ "ADVAN3 TRANS6", "ALPHA=THETA(1)\nBETA=THETA(2)\nK21=0.25\nS1=10", "0.89407636535600525 0.055923634643994746", 2, 0, 0,
	  { { LULL_NM_K10, 0.2 }, { LULL_NM_K12, 0.5 }, { LULL_NM_K21, 0.25 }, { LULL_NM_SCALE_V, 10 } } },
	{ "ADVAN4 TRANS1", "K=THETA(1)\nK23=THETA(2)\nK32=THETA(3)\nKA=1.5\nS2=10", "0.2 0.5 0.3", 2, 1, 0,
	  { { LULL_NM_K10, 0.2 }, { LULL_NM_K12, 0.5 }, { LULL_NM_K21, 0.3 }, { LULL_NM_KA, 1.5 }, { LULL_NM_SCALE_V, 10 } } },
	{ "ADVAN4 TRANS3", "CL=THETA(1)\nV=THETA(2)\nQ=THETA(3)\nVSS=THETA(4)\nKA=1.5\nS2=V", "2 10 5 30", 2, 1, 1,
	  { { LULL_NM_CL, 2 }, { LULL_NM_V1, 10 }, { LULL_NM_Q2, 5 }, { LULL_NM_V2, 20 }, { LULL_NM_KA, 1.5 } } },
	{ "ADVAN4 TRANS4", "CL=THETA(1)\nV2=THETA(2)\nQ=THETA(3)\nV3=THETA(4)\nKA=1.5\nS2=V2\nD1=0.5\nF2=0.9", "2 10 5 20", 2, 1, 1,
	  { { LULL_NM_CL, 2 }, { LULL_NM_V1, 10 }, { LULL_NM_Q2, 5 }, { LULL_NM_V2, 20 }, { LULL_NM_KA, 1.5 },
	    { LULL_NM_DUR_DEPOT, 0.5 }, { LULL_NM_F_CENTRAL, 0.9 } } },
	{ "ADVAN4 TRANS5", "ALPHA=THETA(1)\nBETA=THETA(2)\nAOB=(ALPHA-0.25)/(0.25-BETA)\nKA=1.5\nS2=10",
	  "0.89407636535600525 0.055923634643994746", 2, 1, 0,
	  { { LULL_NM_K10, 0.2 }, { LULL_NM_K12, 0.5 }, { LULL_NM_K21, 0.25 }, { LULL_NM_KA, 1.5 }, { LULL_NM_SCALE_V, 10 } } },
	{ "ADVAN4 TRANS6", "ALPHA=THETA(1)\nBETA=THETA(2)\nK32=0.25\nKA=1.5\nS2=10", "0.89407636535600525 0.055923634643994746", 2, 1, 0,
	  { { LULL_NM_K10, 0.2 }, { LULL_NM_K12, 0.5 }, { LULL_NM_K21, 0.25 }, { LULL_NM_KA, 1.5 }, { LULL_NM_SCALE_V, 10 } } },
	{ "ADVAN11 TRANS1", "K=0.2\nK12=0.5\nK21=0.25\nK13=0.1\nK31=0.02\nS1=THETA(1)", "10", 3, 0, 0,
	  { { LULL_NM_K10, 0.2 }, { LULL_NM_K12, 0.5 }, { LULL_NM_K21, 0.25 }, { LULL_NM_K13, 0.1 }, { LULL_NM_K31, 0.02 }, { LULL_NM_SCALE_V, 10 } } },
	{ "ADVAN11 TRANS4", "CL=THETA(1)\nV1=10\nQ2=5\nV2=20\nQ3=1\nV3=50\nS1=V1", "2", 3, 0, 1,
	  { { LULL_NM_CL, 2 }, { LULL_NM_V1, 10 }, { LULL_NM_Q2, 5 }, { LULL_NM_V2, 20 }, { LULL_NM_Q3, 1 }, { LULL_NM_V3, 50 } } },
	/* roots of (x-a)(x-b)(x-c) with the sums of k10 0.2, k12 0.5, k21 0.25, k13 0.1, k31 0.02 */
	{ "ADVAN11 TRANS6", "ALPHA=THETA(1)\nBETA=THETA(2)\nGAMMA=THETA(3)\nK21=0.25\nK31=0.02\nS1=10",
	  "0.9801541706370265 0.0764126138499 0.013351866", 3, 0, 0, { { 0, 0 } } },
	{ "ADVAN12 TRANS1", "K=0.2\nK23=0.5\nK32=0.25\nK24=0.1\nK42=0.02\nKA=THETA(1)\nS2=10", "1.5", 3, 1, 0,
	  { { LULL_NM_K10, 0.2 }, { LULL_NM_K12, 0.5 }, { LULL_NM_K21, 0.25 }, { LULL_NM_K13, 0.1 }, { LULL_NM_K31, 0.02 }, { LULL_NM_KA, 1.5 } } },
	{ "ADVAN12 TRANS4", "CL=THETA(1)\nV2=10\nQ3=5\nV3=20\nQ4=1\nV4=50\nKA=1.5\nS2=V2", "2", 3, 1, 1,
	  { { LULL_NM_CL, 2 }, { LULL_NM_V1, 10 }, { LULL_NM_Q2, 5 }, { LULL_NM_V2, 20 }, { LULL_NM_Q3, 1 }, { LULL_NM_V3, 50 }, { LULL_NM_KA, 1.5 } } },
	{ "ADVAN12 TRANS6", "ALPHA=THETA(1)\nBETA=THETA(2)\nGAMMA=THETA(3)\nK32=0.25\nK42=0.02\nKA=1.5\nS2=10",
	  "0.9801541706370265 0.0764126138499 0.013351866", 3, 1, 0, { { 0, 0 } } },
};

static void every_advan_and_trans(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof structures / sizeof structures[0]; i++) {
		struct got g;
		read_well(&g, stream(&g, structures[i].sub, structures[i].pk, structures[i].thetas));
		assert_int_equal(g.m->n_dispositions, structures[i].n);
		assert_int_equal(g.m->has_depot, structures[i].depot);
		assert_int_equal(g.m->is_clearance, structures[i].is_clearance);
		for (int k = 0; k < 8 && structures[i].want[k].value > 0; k++)
			assert_close(param(&g, structures[i].want[k].role)->typical, structures[i].want[k].value, 1e-12, 0);
		assert_int_equal(g.m->residual, LULL_NM_COMBINED);
		assert_close(g.m->prop_variance, 0.04, 1e-12, 0);
		end(&g);
	}
}

/* The micro constants of TRANS6 have the characteristic polynomial of the three rates given. */
static void hybrid_constants_of_three_compartments(void **state)
{
	struct got g;
	const double a = 0.9801541706370265, b = 0.0764126138499, c = 0.013351866;

	(void)state;
	read_well(&g, stream(&g, "ADVAN11 TRANS6", "ALPHA=THETA(1)\nBETA=THETA(2)\nGAMMA=THETA(3)\nK21=0.25\nK31=0.02\nS1=10",
			     "0.9801541706370265 0.0764126138499 0.013351866"));
	const double k10 = param(&g, LULL_NM_K10)->typical, k12 = param(&g, LULL_NM_K12)->typical, k13 = param(&g, LULL_NM_K13)->typical,
		     k21 = param(&g, LULL_NM_K21)->typical, k31 = param(&g, LULL_NM_K31)->typical;
	assert_true(k21 == 0.25 && k31 == 0.02);
	assert_close(k10 + k12 + k13 + k21 + k31, a + b + c, 1e-12, 0);
	assert_close(k10 * k21 + k10 * k31 + k21 * k31 + k12 * k31 + k13 * k21, a * b + a * c + b * c, 1e-12, 0);
	assert_close(k10 * k21 * k31, a * b * c, 1e-12, 0);
	end(&g);
}

/* ------------------------------------------------------------------ forms of a parameter */

/* CL by code, and what is expected of it. */
static const struct {
	const char *pk;
	double typical;
	int dist, n_effects, kind;
	double value, reference;
	int n_uses;
} forms[] = {
	{ "CL=THETA(1)*EXP(ETA(1))", 2, LULL_NM_LOG, 0, 0, 0, 0, 1 },
	{ "CL=THETA(1)+ETA(1)", 2, LULL_NM_NORMAL, 0, 0, 0, 0, 1 },
	{ "CL=THETA(1)*(1+ETA(1))", 2, LULL_NM_PROPORTIONAL, 0, 0, 0, 0, 1 },
	{ "CL=THETA(1)+THETA(1)*ETA(1)", 2, LULL_NM_NORMAL, 0, 0, 0, 0, 1 },
	{ "CL=THETA(1)", 2, LULL_NM_FIXED, 0, 0, 0, 0, 0 },
	{ "TVCL=THETA(1)*(WT/70)**THETA(2)\nCL=TVCL*EXP(ETA(1))", 2, LULL_NM_LOG, 1, LULL_NM_POWER, 0.75, 70, 1 },
	{ "CL=THETA(1)*(WT/70)**0.75*EXP(ETA(1))", 2, LULL_NM_LOG, 1, LULL_NM_POWER, 0.75, 70, 1 },
	{ "CL=THETA(1)*SQRT(WT/70)", 2, LULL_NM_FIXED, 1, LULL_NM_POWER, 0.5, 70, 0 },
	{ "CL=THETA(1)/(WT/70)", 2, LULL_NM_FIXED, 1, LULL_NM_POWER, -1, 70, 0 },
	{ "CL=EXP(LOG(THETA(1)) + THETA(2)*LOG(WT/70) + ETA(1))", 2, LULL_NM_LOG, 1, LULL_NM_POWER, 0.75, 70, 1 },
	{ "MU_1=LOG(THETA(1))\nCL=EXP(MU_1+ETA(1))", 2, LULL_NM_LOG, 0, 0, 0, 0, 1 },
	{ "CL=THETA(1)*WT*EXP(ETA(1))", 2, LULL_NM_LOG, 1, LULL_NM_POWER, 1, 1, 1 },
	{ "CL=THETA(1)*(1+THETA(2)*(AGE-40))", 2, LULL_NM_FIXED, 1, LULL_NM_LINEAR, 0.75, 40, 0 },
	{ "CL=THETA(1)+THETA(2)*(AGE-40)", 2, LULL_NM_FIXED, 1, LULL_NM_LINEAR, 0.375, 40, 0 },
	{ "CL=(THETA(1)-THETA(3)*AGE)*EXP(ETA(1))", 2, LULL_NM_LOG, 1, LULL_NM_LINEAR, -0.005, 0, 1 },
	{ "CL=THETA(1)*EXP(THETA(3)*(AGE-40))*EXP(ETA(1))", 2, LULL_NM_LOG, 1, LULL_NM_EXPONENTIAL, 0.01, 40, 1 },
	{ "CL=THETA(1)*EXP(-(AGE-40)/20)", 2, LULL_NM_FIXED, 1, LULL_NM_EXPONENTIAL, -0.05, 40, 0 },
	{ "CL=THETA(1)*EXP(2*ETA(1)-ETA(2))", 2, LULL_NM_LOG, 0, 0, 0, 0, 2 },
	{ "X=LOG(0.5/(1-0.5))+ETA(1)\nCL=EXP(X)/(1+EXP(X))", 0.5, LULL_NM_LOGIT, 0, 0, 0, 0, 1 },
	{ "X=THETA(3)+ETA(1)\nCL=1/(1+EXP(-X))", 0.50249997916687500, LULL_NM_LOGIT, 0, 0, 0, 0, 1 },
	{ "TVF=0.4*(WT/70)**0.1\nX=LOG(TVF/(1-TVF))+ETA(1)\nCL=EXP(X)/(1+EXP(X))", 0.4, LULL_NM_LOGIT, 1, LULL_NM_POWER, 0.1, 70, 1 },
	{ "TVF=0.4\nX=LOG(TVF)-LOG(1-TVF)+ETA(1)\nCL=1/(1+EXP(-X))", 0.4, LULL_NM_LOGIT, 0, 0, 0, 0, 1 },
	{ "CL=THETA(1)*10**(THETA(3)*(AGE-40))", 2, LULL_NM_FIXED, 1, LULL_NM_EXPONENTIAL, 0.01 * 2.302585092994046, 40, 0 },
	{ "CL=EXP(LOG10(100)*ETA(1))*DEXP(0.0D0)*2", 2, LULL_NM_LOG, 0, 0, 0, 0, 1 },
};

static void parameters_take_many_forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
		char pk[400];
		struct got g;
		snprintf(pk, sizeof pk, "%s\nV=10\nS1=V", forms[i].pk);
		read_well(&g, stream(&g, "ADVAN1 TRANS2", pk, "2 0.75 0.01"));
		const struct lull_nm_param *cl = param(&g, LULL_NM_CL);
		assert_close(cl->typical, forms[i].typical, 1e-12, 0);
		assert_int_equal(cl->dist, forms[i].dist);
		assert_int_equal(cl->n_effects, forms[i].n_effects);
		assert_int_equal(cl->n_uses, forms[i].n_uses);
		if (cl->n_effects) {
			assert_int_equal(cl->effect[0].kind, forms[i].kind);
			assert_close(cl->effect[0].value, forms[i].value, 1e-12, 0);
			assert_close(cl->effect[0].reference, forms[i].reference, 1e-12, 0);
		}
		end(&g);
	}
}

/* Categories by every way of writing them: 2 for SEX 0, 3 for SEX 1 unless said. */
static const char *const categories[] = {
	"TVCL=THETA(1)\nIF (SEX.EQ.1) TVCL=THETA(2)\nCL=TVCL*EXP(ETA(1))",
	"IF (SEX.EQ.0) TVCL=THETA(1)\nIF (SEX.EQ.1) TVCL=THETA(2)\nCL=TVCL*EXP(ETA(1))",
	"IF (SEX.EQ.1) THEN\n  TVCL=THETA(2)\nELSE\n  TVCL=THETA(1)\nENDIF\nCL=TVCL*EXP(ETA(1))",
	"IF (SEX.NE.1) THEN\n  CL=THETA(1)*EXP(ETA(1))\nELSE\n  CL=THETA(2)*EXP(ETA(1))\nEND IF",
	"IF (SEX==0) THEN\n  CL=THETA(1)*EXP(ETA(1))\nELSEIF (SEX==1) THEN\n  CL=THETA(2)*EXP(ETA(1))\nENDIF",
	"FEM=0\nIF (SEX.EQ.1) FEM=1\nCL=THETA(1)*(1+THETA(3)*FEM)*EXP(ETA(1))",
	"FEM=0\nIF (SEX.EQ.1) FEM=1\nCL=THETA(1)*THETA(4)**FEM*EXP(ETA(1))",
	"FEM=0\nIF (SEX.EQ.1) FEM=1\nCL=THETA(1)**(1-FEM)*THETA(2)**FEM*EXP(ETA(1))",
	"FEM=0\nIF (1.EQ.SEX) FEM=1\nCL=THETA(1)*EXP(LOG(THETA(4))*FEM + ETA(1))",
	"X=1\nIF (.NOT.SEX.EQ.1) X=2\nIF (SEX.EQ.1) X=3\nCL=X*EXP(ETA(1))",
	"TVCL=0\nif (sex.eq.0) tvcl=theta(1)\nif (sex.eq.1) tvcl=theta(2)\ncl=tvcl*exp(eta(1)) ; lower case",
	"CL=THETA(1)*&\n  (1+0)*EXP(ETA(1))\nIF (SEX.EQ.1) CL=CL*THETA(4)",
};

static void categories_by_every_spelling(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof categories / sizeof categories[0]; i++) {
		char pk[400];
		struct got g;
		snprintf(pk, sizeof pk, "%s\nV=10\nS1=V", categories[i]);
		read_well(&g, stream(&g, "ADVAN1 TRANS2", pk, "2 3 0.5 1.5"));
		const struct lull_nm_param *cl = param(&g, LULL_NM_CL);
		double at[2] = { cl->typical, cl->typical };
		assert_int_equal(cl->n_effects, 1);
		assert_int_equal(cl->effect[0].kind, LULL_NM_CATEGORY);
		for (int sex = 0; sex < 2; sex++)
			for (int k = 0; k < cl->effect[0].n_levels; k++)
				at[sex] *= cl->effect[0].level[k] == sex ? cl->effect[0].factor[k] : 1;
		assert_close(at[0], 2, 1e-12, 0);
		assert_close(at[1], 3, 1e-12, 0);
		end(&g);
	}
}

static void several_levels_and_columns(void **state)
{
	struct got g;

	(void)state;
	read_well(&g, stream(&g, "ADVAN1 TRANS2",
			     "CL=THETA(1)\nIF (RACE.EQ.2.OR.RACE.EQ.3) CL=CL*0.8\nIF (RACE.EQ.4) CL=CL*0.5\nIF (SEX.EQ.1) CL=CL*1.1\n"
			     "CL=CL*EXP(ETA(1))\nV=10\nS1=V",
			     "2"));
	const struct lull_nm_param *cl = param(&g, LULL_NM_CL);
	double race[5] = { 1, 1, 1, 1, 1 }, sex = 1;
	for (int i = 0; i < cl->n_effects; i++)
		for (int k = 0; k < cl->effect[i].n_levels; k++) {
			if (strcmp(g.m->covariates[cl->effect[i].covariate].name, "RACE") == 0)
				race[(int)cl->effect[i].level[k]] *= cl->effect[i].factor[k];
			else
				sex *= cl->effect[i].factor[k];
		}
	assert_close(cl->typical, 2, 0, 0);
	assert_close(race[1], 1, 0, 0);
	assert_close(race[2], 0.8, 1e-12, 0);
	assert_close(race[3], 0.8, 1e-12, 0);
	assert_close(race[4], 0.5, 1e-12, 0);
	assert_close(sex, 1.1, 1e-12, 0);
	assert_int_equal(g.m->n_covariates, 2);
	end(&g);
}

static void occasions(void **state)
{
	static const char *const ways[] = {
		"IOV=0\nIF (OCC.EQ.1) IOV=ETA(2)\nIF (OCC.EQ.2) IOV=ETA(3)\nCL=THETA(1)*EXP(ETA(1)+IOV)",
		"O1=0\nO2=0\nIF (OCC.EQ.1) O1=1\nIF (OCC.EQ.2) O2=1\nCL=THETA(1)*EXP(ETA(1)+O1*ETA(2)+O2*ETA(3))",
		"IF (OCC.EQ.1) THEN\nIOV=ETA(2)\nELSE\nIOV=ETA(3)\nENDIF\nCL=THETA(1)*EXP(ETA(1))*EXP(IOV)",
	};

	(void)state;
	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
		struct got g;
		char text[1000];
		snprintf(text, sizeof text,
			 "$PROBLEM t\n$INPUT ID TIME DV AMT OCC\n$SUBROUTINES ADVAN1 TRANS2\n$PK\n%s\nV=10\nS1=V\n$ERROR\nY=F+EPS(1)\n"
			 "$THETA 2\n$OMEGA 0.1\n$OMEGA BLOCK(1) 0.04\n$OMEGA BLOCK(1) SAME\n$SIGMA 1\n", ways[i]);
		read_well(&g, text);
		const struct lull_nm_param *cl = param(&g, LULL_NM_CL);
		assert_true(cl->has_iov);
		assert_int_equal(cl->iov.n, 2);
		assert_int_equal(cl->n_uses, 1);
		assert_true(cl->iov.occasion[0] + cl->iov.occasion[1] == 3);
		assert_string_equal(g.m->columns[cl->iov.column], "OCC");
		assert_close(g.m->omega[2 * LULL_NM_MAX_ETAS + 2], 0.04, 0, 0);
		end(&g);
	}
}

/* ------------------------------------------------------------------ $THETA, $OMEGA, $SIGMA, $INPUT */

static void numbers_and_bounds(void **state)
{
	struct got g;
	const char *text = "$PROB t\n$INPUT ID TIME DV AMT\n$SUBS ADVAN1 TRANS2\n$PK\nCL=THETA(1)\nV=10\nS1=V\n$ERROR\nY=F\n"
			   "$THETA (0, 2) ; clearance\n  (-INF, .5, 1E1) 1. FIX (3 FIXED)\n  (0,1.5D0)x2 (-2,-1,INF) 7\n";

	(void)state;
	read_well(&g, text);
	static const double init[] = { 2, 0.5, 1, 3, 1.5, 1.5, -1, 7 };
	assert_int_equal(g.m->n_thetas, 8);
	for (int i = 0; i < 8; i++)
		assert_true(g.m->thetas[i].init == init[i]);
	assert_true(g.m->thetas[0].low == 0 && isinf(g.m->thetas[0].high) && !g.m->thetas[0].fixed);
	assert_true(isinf(g.m->thetas[1].low) && g.m->thetas[1].high == 10);
	assert_true(g.m->thetas[2].fixed && g.m->thetas[3].fixed && !g.m->thetas[4].fixed);
	assert_string_equal(g.m->thetas[0].label, "clearance");
	assert_string_equal(param(&g, LULL_NM_CL)->label, "clearance");
	end(&g);
}

static void blocks_of_omega(void **state)
{
	struct got g;
	const char *head = "$PROB t\n$INPUT ID TIME DV AMT\n$SUBS ADVAN1 TRANS2\n$PK\nCL=2\nV=10\nS1=V\n$ERROR\nY=F\n";
	static const struct { const char *omega; double want[3]; } cases[] = {
		{ "$OMEGA BLOCK(2) 0.09 0.03 0.04", { 0.09, 0.03, 0.04 } },
		{ "$OMEGA BLOCK(2) FIX\n 0.09\n 0.03 ; a comment\n 0.04", { 0.09, 0.03, 0.04 } },
		{ "$OMEGA BLOCK(2) SD CORRELATION 0.3 0.5 0.2", { 0.09, 0.03, 0.04 } },
		{ "$OMEGA BLOCK(2) CORR 0.09 0.5 0.04", { 0.09, 0.03, 0.04 } },
		{ "$OMEGA BLOCK(2) CHOLESKY 0.3 0.1 0.17320508075688773", { 0.09, 0.03, 0.04 } },
		{ "$OMEGA DIAGONAL(2) 0.09 (0.2 SD)", { 0.09, 0, 0.04 } },
		{ "$OMEGA 0.09\n$OMEGA (FIX 0.04)", { 0.09, 0, 0.04 } },
		{ "$OMEGA (0.04)x2", { 0.04, 0, 0.04 } },
		{ "$OMEGA BLOCK(1) 0.04\n$OMEGA BLOCK(1) SAME", { 0.04, 0, 0.04 } },
		{ "$OMEGA BLOCK(1) 0.04\n$OMEGA BLOCK SAME(3)", { 0.04, 0, 0.04 } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char text[600];
		snprintf(text, sizeof text, "%s%s\n", head, cases[i].omega);
		read_well(&g, text);
		assert_true(g.m->n_etas >= 2);
		assert_close(g.m->omega[0], cases[i].want[0], 1e-12, 0);
		assert_close(g.m->omega[1], cases[i].want[1], 1e-12, 0);
		assert_close(g.m->omega[LULL_NM_MAX_ETAS], cases[i].want[1], 1e-12, 0);
		assert_close(g.m->omega[LULL_NM_MAX_ETAS + 1], cases[i].want[2], 1e-12, 0);
		end(&g);
	}
}

/* ------------------------------------------------------------------ $ERROR */

static const struct {
	const char *error;
	int kind;
	double add, prop;
} residuals[] = {
	{ "Y=F*(1+EPS(1))", LULL_NM_COMBINED, 0, 0.04 },
	{ "Y=F+F*EPS(1)", LULL_NM_COMBINED, 0, 0.04 },
	{ "Y=F+EPS(2)", LULL_NM_COMBINED, 0.25, 0 },
	{ "Y=F*(1+EPS(1))+EPS(2)", LULL_NM_COMBINED, 0.25, 0.04 },
	{ "IPRED=F\nW=SQRT(THETA(2)**2*IPRED**2+THETA(3)**2)\nY=IPRED+W*EPS(3)", LULL_NM_COMBINED, 0.01, 0.0025 },
	{ "IPRED=A(1)/V\nIF (IPRED.LE.0) IPRED=0.0001\nY=IPRED+IPRED*ERR(1)", LULL_NM_COMBINED, 0, 0.04 },
	{ "IPRED=A(1)/(2*V)*2\nY=IPRED*(1+EPS(1))+EPS(2)", LULL_NM_COMBINED, 0.25, 0.04 }, /* A over a multiple of S1 */
	{ "Y=F*EXP(EPS(1))", LULL_NM_LOG_NORMAL, 0.04, 0 },
	{ "IPRED=-5\nIF (F.GT.0) IPRED=LOG(F)\nY=IPRED+EPS(1)", LULL_NM_LOG_NORMAL, 0.04, 0 },
	{ "Y=LOG(F+0.0)+THETA(2)*EPS(3)", LULL_NM_LOG_NORMAL, 0.0025, 0 },
	{ "Y=F", LULL_NM_NO_RESIDUAL, 0, 0 },
};

static void residual_errors(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof residuals / sizeof residuals[0]; i++) {
		struct got g;
		char text[800];
		snprintf(text, sizeof text,
			 "$PROB t\n$INPUT ID TIME DV AMT\n$SUBS ADVAN1 TRANS2\n$PK\nCL=2\nV=10\nS1=V\n$ERROR\n%s\n$THETA 1 0.05 0.1\n"
			 "$SIGMA 0.04 0.25\n$SIGMA 1 FIX\n", residuals[i].error);
		read_well(&g, text);
		assert_int_equal(g.m->residual, residuals[i].kind);
		assert_close(g.m->add_variance, residuals[i].add, 1e-11, 1e-14);
		assert_close(g.m->prop_variance, residuals[i].prop, 1e-11, 1e-14);
		assert_int_equal(g.diags.n_warnings, 0);
		end(&g);
	}
}

static void residual_errors_left_out_are_said(void **state)
{
	static const char *const cases[] = {
		"W=THETA(1)*F+THETA(2)\nY=F+W*EPS(1)",           /* sd, not variance, adds up */
		"IF (DVID.EQ.1) THEN\nY=F+EPS(1)\nELSE\nY=F+EPS(2)\nENDIF",
		"Y=F+F*EPS(1)*EXP(ETA(1))",
		"IF (ICALL.EQ.4) THEN\nY=F\nELSE\nY=F+EPS(1)\nENDIF",
		"IPRED=F",
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct got g;
		char text[800];
		snprintf(text, sizeof text,
			 "$PROB t\n$INPUT ID TIME DV AMT DVID\n$SUBS ADVAN1 TRANS2\n$PK\nCL=2\nV=10\nS1=V\n$ERROR\n%s\n$THETA 1 0.05\n"
			 "$OMEGA 0.1\n$SIGMA 0.04 0.25\n", cases[i]);
		read_well(&g, text);
		assert_int_equal(g.m->residual, LULL_NM_NO_RESIDUAL);
		assert_true(g.m->n_left_out > 0);
		assert_non_null(strstr(g.m->left_out[g.m->n_left_out - 1], "residual error"));
		end(&g);
	}
}

/* ------------------------------------------------------------------ refusals, with their place */

static const struct {
	const char *name, *text;
	int line;          /* of the first error */
	const char *words; /* in it              */
} refusals[] = {
	{ "differential equations", "$PROB t\n$SUBS ADVAN6 TOL=5\n$PK\nCL=1\n$DES\nDADT(1)=-A(1)", 5, "$DES" },
	{ "ADVAN13", "$PROB t\n$SUBS ADVAN13 TOL=5\n$PK\nCL=1\n", 2, "ADVAN13" },
	{ "Michaelis-Menten", "$PROB t\n$SUBS ADVAN10\n$PK\nVM=1\nKM=2\n", 2, "ADVAN10" },
	{ "an ADVAN's TRANS", "$PROB t\n$SUBS ADVAN1 TRANS4\n$PK\nCL=1\n", 2, "ADVAN1 with TRANS4" },
	{ "no $SUBROUTINES", "$PROB t\n$PK\nCL=1\n", 1, "no $SUBROUTINES" },
	{ "no $PK", "$PROB t\n$SUBS ADVAN1 TRANS2\n", 1, "no $PK" },
	{ "no V", "$PROB t\n$SUBS ADVAN1 TRANS2\n$PK\nCL=1\n", 3, "no V" },
	{ "no scale", "$PROB t\n$SUBS ADVAN1 TRANS2\n$PK\nCL=1\nV=2\n", 3, "without S1" },
	{ "another scale", "$PROB t\n$INPUT ID WT\n$SUBS ADVAN1 TRANS2\n$PK\nCL=1\nV=2\nS1=V*WT\n", 7, "changes otherwise" },
	{ "a word NONMEM has not", "$PROB t\n$FOO 1\n$SUBS ADVAN1\n", 2, "$FOO" },
	{ "a mixture", "$PROB t\n$MIX\nNSPOP=2\n$SUBS ADVAN1\n", 2, "$MIX" },
	{ "labels", "$PROB t\n$ABBR REPLACE THETA(CL)=THETA(1)\n$SUBS ADVAN1\n", 2, "$ABBREVIATED" },
	{ "verbatim code", "$PROB t\n$SUBS ADVAN1 TRANS2\n$PK\n\" CL=1\nV=2\nS1=V\n", 4, "verbatim" },
	{ "THETA without $THETA", "$PROB t\n$SUBS ADVAN1 TRANS2\n$PK\nCL=THETA(1)\n", 4, "THETA(1)" },
	{ "ETA without $OMEGA", "$PROB t\n$SUBS ADVAN1 TRANS2\n$PK\nCL=EXP(ETA(2))\n$OMEGA 0.1\n", 4, "ETA(2)" },
	{ "no initial estimate", "$PROB t\n$SUBS ADVAN1 TRANS2\n$PK\nCL=1\n$THETA (0,,1)\n", 5, "THETA without one" },
	{ "outside its bounds", "$PROB t\n$SUBS ADVAN1 TRANS2\n$PK\nCL=1\n$THETA (1,0.5)\n", 5, "THETA(1) = 0.5" },
	{ "SAME without a block", "$PROB t\n$SUBS ADVAN1 TRANS2\n$PK\nCL=1\n$OMEGA BLOCK(2) SAME\n", 5, "the end" },
	{ "a missing parenthesis", "$PROB t\n$SUBS ADVAN1 TRANS2\n$PK\nCL=(1+2\nV=1\n", 4, "the end of the line" },
	{ "a missing ENDIF", "$PROB t\n$INPUT SEX\n$SUBS ADVAN1 TRANS2\n$PK\nIF (SEX.EQ.1) THEN\nCL=1\n", 6, "the end of the record" },
	{ "a Fortran function", "$PROB t\n$INPUT WT\n$SUBS ADVAN1 TRANS2\n$PK\nCL=PHI(WT)\nV=1\nS1=V\n", 5, "PHI" },
	{ "a sum of two covariates", "$PROB t\n$INPUT WT AGE\n$SUBS ADVAN1 TRANS2\n$PK\nCL=1+WT+AGE\nV=1\nS1=V\n", 5, "not linear in one" },
	{ "time", "$PROB t\n$INPUT TIME\n$SUBS ADVAN1 TRANS2\n$PK\nCL=EXP(-TIME)\nV=1\nS1=V\n", 5, "column of the record" },
	{ "a name out of the air", "$PROB t\n$SUBS ADVAN1 TRANS2\n$PK\nCL=CRCL\nV=1\nS1=V\n", 4, "CRCL" },
	{ "a clearance below 0", "$PROB t\n$SUBS ADVAN1 TRANS2\n$PK\nCL=-THETA(1)\nV=1\nS1=V\n$THETA 3\n", 4, "outside its range" },
	{ "VSS with its own ETA", "$PROB t\n$SUBS ADVAN3 TRANS3\n$PK\nCL=1\nV=1\nQ=1\nVSS=3*EXP(ETA(1))\nS1=V\n$OMEGA 0.1\n", 7, "VSS" },
	{ "ALPHA with an ETA", "$PROB t\n$SUBS ADVAN3 TRANS6\n$PK\nALPHA=2*EXP(ETA(1))\nBETA=0.1\nK21=0.5\nS1=1\n$OMEGA 0.1\n", 4, "ALPHA" },
	{ "A over what is no scale", "$PROB t\n$INPUT WT\n$SUBS ADVAN1 TRANS2\n$PK\nCL=1\nV=1\nS1=V\n$ERROR\nY=A(1)/WT\n", 9, "than S1" },
	{ "an initial amount", "$PROB t\n$SUBS ADVAN1 TRANS2\n$PK\nA_0(1)=5\nCL=1\nV=1\nS1=V\n", 4, "A_0" },
	{ "two problems", "$PROB t\n$SUBS ADVAN1 TRANS2\n$PROB u\n", 3, "second $PROBLEM" },
	{ "text before", "CL=1\n$PROB t\n", 1, "before the first record" },
};

static void what_cannot_be_taken_says_where(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
		struct got g;
		read_text(&g, refusals[i].text);
		if (g.rc == LULL_OK || !g.diags.n_items || g.diags.items[0].line != refusals[i].line ||
		    !strstr(g.diags.items[0].found, refusals[i].words))
			fail_msg("%s: rc %d, line %d, '%s'", refusals[i].name, g.rc, g.diags.n_items ? g.diags.items[0].line : 0,
				 g.diags.n_items ? g.diags.items[0].found : "");
		end(&g);
	}
}

/* An ETA that two parameters share has no place in a model file: said when writing. */
static void a_shared_eta_is_refused(void **state)
{
	struct got g;
	struct lull_buf out = { 0 };
	const struct lull_nm_units units = { "h", "mg", "L" };

	(void)state;
	read_well(&g, stream(&g, "ADVAN3 TRANS4", "CL=THETA(1)*EXP(ETA(1))\nQ=5*EXP(ETA(1))\nV1=10\nV2=20\nS1=V1", "2"));
	assert_int_equal(lull_nonmem_yaml(g.m, "x", &units, &out, &g.diags), LULL_EUNSUPPORTED);
	assert_non_null(strstr(g.diags.items[0].found, "an ETA they share"));
	lull_buf_clear(&out);
	end(&g);
}

static void scales_become_units(void **state)
{
	static const struct { const char *scale, *amount, *unit; } cases[] = {
		{ "S1=V", "mg", "unit: mg/L" }, { "S1=V/1000", "mg", "unit: ng/mL" }, { "SC=0.001*V", "mg", "unit: ng/mL" },
		{ "S1=V*1000", "mg", "unit: g/L" }, { "S1=V/1000", "mcg", "unit: pg/mL" }, { "S1=V", "nmol", "unit: nmol/L" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct got g;
		struct lull_buf out = { 0 };
		char pk[100];
		const struct lull_nm_units units = { "h", cases[i].amount, "L" };
		snprintf(pk, sizeof pk, "CL=THETA(1)\nV=10\n%s", cases[i].scale);
		read_well(&g, stream(&g, "ADVAN1 TRANS2", pk, "2"));
		assert_int_equal(lull_nonmem_yaml(g.m, "x", &units, &out, &g.diags), LULL_OK);
		assert_non_null(strstr(lull_buf_text(&out), cases[i].unit));
		lull_buf_clear(&out);
		end(&g);
	}
}

/* Comments may hold anything: what is written stays YAML. */
static void labels_are_quoted(void **state)
{
	struct got g;
	struct lull_buf out = { 0 };
	struct lull_doc doc;
	const struct lull_nm_units units = { "h", "mg", "L" };

	(void)state;
	read_well(&g, stream(&g, "ADVAN1 TRANS2", "CL=THETA(1)\nV=10\nS1=V", "2 ; \"CL\" \\ {x: 1} # \xe9t\xe9"));
	assert_int_equal(lull_nonmem_yaml(g.m, "x", &units, &out, &g.diags), LULL_OK);
	assert_int_equal(lull_yaml_read(lull_buf_text(&out), out.n, "x.yaml", &g.arena, &doc, &g.diags), LULL_OK);
	lull_buf_clear(&out);
	end(&g);
}

static void memory_may_end_anywhere(void **state)
{
	const char *text = stream(NULL, "ADVAN2 TRANS2",
				  "CL=THETA(1)*(WT/70)**0.75*EXP(ETA(1))\nIF (SEX.EQ.1) CL=CL*0.9\nV=THETA(2)\nKA=1\nS2=V", "2 10");

	(void)state;
	lull_mem_fail_in_arenas(true);
	for (uint64_t nth = 1; nth < 5000; nth++) {
		struct lull_arena arena = { 0 };
		struct lull_diags diags;
		const struct lull_nonmem *m;
		lull_diags_init(&diags, &arena);
		(void)lull_mem_fail_at(nth, true);
		const int rc = lull_nonmem_read(text, strlen(text), "run.ctl", &arena, &m, &diags);
		(void)lull_mem_fail_at(0, false);
		lull_arena_clear(&arena);
		if (rc == LULL_OK) {
			assert_true(nth > 20);
			lull_mem_fail_in_arenas(false);
			return;
		}
		assert_int_equal(rc, LULL_ENOMEM);
	}
	fail_msg("never enough memory");
}

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_advan_and_trans),
		cmocka_unit_test(hybrid_constants_of_three_compartments),
		cmocka_unit_test(parameters_take_many_forms),
		cmocka_unit_test(categories_by_every_spelling),
		cmocka_unit_test(several_levels_and_columns),
		cmocka_unit_test(occasions),
		cmocka_unit_test(numbers_and_bounds),
		cmocka_unit_test(blocks_of_omega),
		cmocka_unit_test(residual_errors),
		cmocka_unit_test(residual_errors_left_out_are_said),
		cmocka_unit_test(what_cannot_be_taken_says_where),
		cmocka_unit_test(a_shared_eta_is_refused),
		cmocka_unit_test(scales_become_units),
		cmocka_unit_test(labels_are_quoted),
		cmocka_unit_test(memory_may_end_anywhere),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
