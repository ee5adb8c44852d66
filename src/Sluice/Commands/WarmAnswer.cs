namespace Sluice.Commands;

/// <summary>What <c>sluice cache warm --json</c> writes.</summary>
/// <param name="Fetched">Files that came from the bucket.</param>
/// <param name="Shared">Files that came from another machine's download.</param>
/// <param name="Held">Files that were there and current.</param>
/// <param name="Passed">Files for which there was no room.</param>
/// <param name="Failed">Files that could not be had.</param>
internal sealed record WarmAnswer(int Fetched, int Shared, int Held, int Passed, int Failed);
