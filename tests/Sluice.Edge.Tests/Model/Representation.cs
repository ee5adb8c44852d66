namespace Sluice.Edge.Tests.Model;

/// <summary>What the origin has at a path from one step on. Times are seconds.</summary>
internal sealed record Representation
{
    public int Status { get; init; } = 200;

    public ResponseDirectives? Control { get; init; }

    /// <summary>Expires after Date; null for no Expires.</summary>
    public int? ExpiresIn { get; init; }

    /// <summary>How far Date lies behind the clock.</summary>
    public int DateBehind { get; init; }

    public int? Age { get; init; }

    public bool HasETag { get; init; }

    public bool HasLastModified { get; init; }

    /// <summary>Null, "Foo" or "*".</summary>
    public string? Vary { get; init; }

    public bool HasCookie { get; init; }
}
