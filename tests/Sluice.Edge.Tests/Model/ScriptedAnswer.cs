namespace Sluice.Edge.Tests.Model;

/// <summary>An answer of the origin, with every time as a moment.</summary>
internal sealed record ScriptedAnswer
{
    public required int Status { get; init; }

    public required ResponseDirectives? Control { get; init; }

    public required DateTimeOffset Date { get; init; }

    public required DateTimeOffset? Expires { get; init; }

    public required int? Age { get; init; }

    public required string? ETag { get; init; }

    public required DateTimeOffset? LastModified { get; init; }

    public required string? Vary { get; init; }

    public required bool HasCookie { get; init; }

    /// <summary>Tells from which step the header fields are.</summary>
    public required int Marker { get; init; }

    public required string Body { get; init; }
}
