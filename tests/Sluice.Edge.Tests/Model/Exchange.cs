namespace Sluice.Edge.Tests.Model;

/// <summary>What can be seen of a request: at the client and at the origin.</summary>
/// <param name="Status">The answer's status.</param>
/// <param name="Body">Its body.</param>
/// <param name="Marker">From which step its header fields are; null for an answer of the cache's own.</param>
/// <param name="Age">Its Age field; null for none.</param>
/// <param name="HasCookie">True when it sets a cookie.</param>
/// <param name="IsAsked">True when the origin was asked.</param>
/// <param name="IfNoneMatch">The entity tag the origin was asked with.</param>
/// <param name="IfModifiedSince">The date the origin was asked with.</param>
internal sealed record Exchange(int Status, string Body, int? Marker, int? Age, bool HasCookie, bool IsAsked, string? IfNoneMatch = null, DateTimeOffset? IfModifiedSince = null);
