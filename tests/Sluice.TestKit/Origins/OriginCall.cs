namespace Sluice.TestKit.Origins;

/// <summary>One request a <see cref="FaultyOrigin"/> received, and what it sent back.</summary>
public sealed class OriginCall
{
    private long _bodyBytes;

    internal OriginCall(string method, string target, IReadOnlyDictionary<string, string> headers)
    {
        Method = method;
        Target = target;
        Headers = headers;
    }

    public string Method { get; }

    /// <summary>Path and query as they came, undecoded.</summary>
    public string Target { get; }

    /// <summary>Request headers by lower- or upper-case name; several lines are joined by a comma.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; }

    /// <summary>Status answered; 0 while, or when, none was.</summary>
    public int Status { get; internal set; }

    /// <summary>Body bytes given to the connection so far (the reader may have taken fewer).</summary>
    public long BodyBytes => Interlocked.Read(ref _bodyBytes);

    public string? Header(string name) => Headers.TryGetValue(name, out var value) ? value : null;

    internal void Sent(int count) => Interlocked.Add(ref _bodyBytes, count);

    public override string ToString() => $"{Method} {Target} range={Header("Range")} → {Status} ({BodyBytes} B)";
}
