/**
 * Starts a clock of processor time (ms): unlike the wall's it does not run faster when the machine is busy. Limits set by
 * it stand at ten times and more of what a slow machine needs: what they catch is time that grows with the square.
 */
export function startCpuClock(): () => number {
  const start = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  };
}
