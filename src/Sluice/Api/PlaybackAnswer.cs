namespace Sluice.Api;

/// <summary>An address with a token.</summary>
/// <param name="Url">The path with the token, to be put behind the edge's address.</param>
internal sealed record PlaybackAnswer(string Url);
