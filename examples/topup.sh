#!/bin/sh
# Raises the lock of a sequencer to a target, from cron:
#
#   15 * * * *  METIS_SEQ_NETWORK=andromeda METIS_SEQ_RPC_URL=https://ethereum.example \
#               METIS_SEQ_PASSWORD_FILE=/etc/metis-seq/owner.pass /opt/metis-seq/topup.sh owner 25000
#
# It may run as often as you like and be killed at any moment: metis-seq looks at the stake first, adds only what is
# missing, and sends nothing while an earlier transaction of the account is not mined.
set -eu

if [ "$#" -ne 2 ]; then
  echo "usage: topup.sh KEY TARGET_METIS" >&2
  exit 2
fi

exit_code=0
${METIS_SEQ:-metis-seq} topup --from "$1" --to "$2" --at-least "${TOPUP_AT_LEAST:-0}" --yes || exit_code=$?

case "$exit_code" in
  0) ;; # done, or nothing was due
  6 | 8 | 9) echo "topup: not now (exit $exit_code); the next run goes on" >&2 ;;
  *) echo "topup: needs a person (exit $exit_code)" >&2 ;;
esac
exit "$exit_code"
