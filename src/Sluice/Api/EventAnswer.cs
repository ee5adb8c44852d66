namespace Sluice.Api;

/// <summary>Answer of POST /v1/events/s3.</summary>
/// <param name="Events">Objects that the notification names.</param>
/// <param name="Paths">Paths of the edge that they are served under.</param>
/// <param name="Objects">Stored objects that were invalidated: the objects themselves, and what was made from them.</param>
/// <param name="Values">Small values that were: presigned URLs.</param>
internal sealed record EventAnswer(int Events, IReadOnlyList<string> Paths, int Objects, int Values);
