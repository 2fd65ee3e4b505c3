#!/bin/sh
# Cleans up after a test run that was killed. It reads "process PID" and "folder PATH" lines until its input ends, which
# happens however the run ends; then it stops what still runs and removes what is still there. A process is remembered
# with the moment it started, so that a number that now belongs to another process is left alone.
trap '' HUP INT TERM
exec >/dev/null 2>&1

started() {
  stat=$(cat "/proc/$1/stat") || return 1
  # The name, in parentheses, may hold spaces; after it the start time is the 20th field.
  set -- ${stat##*) }
  echo "${20}"
}

processes=
folders=
newline='
'
while IFS=' ' read -r kind what; do
  case $kind in
    process) since=$(started "$what") && processes="$processes $what:$since" ;;
    folder) folders="$folders$what$newline" ;;
  esac
done

for process in $processes; do
  pid=${process%%:*}
  [ "$(started "$pid")" = "${process##*:}" ] && kill -KILL "$pid"
done

printf '%s' "$folders" | while read -r folder; do
  for attempt in 1 2 3 4 5; do
    [ -e "$folder" ] || break
    rm -rf -- "$folder" || sleep 0.2
  done
done
