using System.Text;

namespace Sluice.TestKit.Http;

/// <summary>An answer as it was on the wire.</summary>
/// <param name="Status">0 when the connection ended before a status line.</param>
/// <param name="Headers">By name in any case; several lines joined by a comma.</param>
/// <param name="Body">What came of the body, chunk framing removed.</param>
/// <param name="Complete">Whether the body ended where the head or the framing said; false is a cut answer.</param>
public sealed record RawResponse(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body, bool Complete)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public string? Header(string name) => Headers.TryGetValue(name, out var value) ? value : null;
}
