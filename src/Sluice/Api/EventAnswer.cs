namespace Sluice.Api;

/// <summary>Answer of POST /v1/events/s3.</summary>
/// <param name="Events">Objects that the notification names.</param>
/// <param name="Paths">Paths of the edge that they are served under.</param>
/// <param name="Objects">Stored objects that were invalidated: the objects themselves, and what was made from them.</param>
/// <param name="Values">Small values that were: presigned URLs.</param>
/// <param name="Warming">How many of the objects are fetched or made again now, since they were asked for of late.</param>
internal sealed record EventAnswer(int Events, IReadOnlyList<string> Paths, int Objects, int Values, int Warming);
