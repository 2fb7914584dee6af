import type { ReactElement } from "react";
import { type DayState, dayUrl } from "../url/day-url.ts";

/** The state of a list as hidden fields of a form, without what the form itself asks for (`except`) and the place. */
export function HiddenState(props: { state: DayState; except?: string }): ReactElement {
  const address = new URL(dayUrl({ ...props.state, skip: 0, calendar: null }), "http://site.invalid");
  const { except = "filter" } = props;
  return (
    <>
      {[...address.searchParams]
        .filter(([name]) => name !== except)
        .map(([name, value]) => (
          <input key={name} type="hidden" name={name} value={value} />
        ))}
    </>
  );
}
