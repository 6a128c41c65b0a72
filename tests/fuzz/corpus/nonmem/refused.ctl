; Each line of $PK below is something the reader cannot take, and must say so.
$PROBLEM What cannot be taken
$INPUT ID TIME AMT DV WT AGE CRCL
$DATA none.csv
$SUBROUTINES ADVAN4 TRANS4
$PK
  IF (NEWIND.NE.2) BASE = WT
  CL = THETA(1)*CRCL/(THETA(2) + CRCL)*EXP(ETA(1))
  V2 = THETA(3)*EXP(ETA(2)) + ETA(3)
  Q = THETA(4)*(BASE/70)
  TVV3 = THETA(5)
  IF (AGE.GT.65) TVV3 = THETA(5)*0.8
  V3 = TVV3
  KA = THETA(4)*ETA(3)
  S2 = V2
$ERROR
  Y = F*(1 + EPS(1))
$THETA 5 60 30 12 40
$OMEGA 0.1 0.1 0.1
$SIGMA 0.04
