; Ketamine-like three compartments, weight by fixed exponents. Written for Lull; no data behind it.
$PROB Three compartments, MU referencing, logarithms
$INPUT ID TIME AMT RATE LNDV=DV EVID MDV WT AGE
$DATA iv_three.csv IGNORE=C
$SUBS ADVAN11 TRANS4
$PK
  SIZE = WT/70
  MU_1 = THETA(1) + 0.75*LOG(SIZE)
  MU_2 = THETA(2) + LOG(SIZE)
  CL = EXP(MU_1 + ETA(1))
  V1 = EXP(MU_2 + ETA(2))
  Q2 = 161*SIZE**0.75*EXP(THETA(3)*(AGE - 40))
  V2 = 56*SIZE
  Q3 = THETA(4)*(1 + THETA(5)*(AGE - 40))*SIZE**0.75
  V3 = THETA(6)*SIZE
  S1 = V1
$ERROR
  IPRED = LOG(0.001)
  IF (F.GT.0) IPRED = LOG(F)
  Y = IPRED + EPS(1)
$THETA 4.43 3.22     ; log CL, log V1
$THETA -0.01         ; age on Q2
$THETA (10,79,200) -0.005 (157 FIX) ; Q3, age on Q3, V3
$OMEGA BLOCK(2) FIX 0.026 0.0226 0.0842
$SIGMA 0.056
