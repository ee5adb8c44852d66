namespace Sluice.Edge.Tests.Model;

/// <summary>One request, and what happened before it.</summary>
internal sealed record Step
{
    /// <summary>How long after the step before, in seconds.</summary>
    public int After { get; init; }

    public string Method { get; init; } = "GET";

    public string Path { get; init; } = "/a";

    /// <summary>The field that answers may vary by; null for none.</summary>
    public string? Foo { get; init; }

    public bool IsAuthorised { get; init; }

    public RequestDirectives? Control { get; init; }

    /// <summary>None, or If-None-Match with the version there is now, with the one before, or with "*".</summary>
    public Condition Condition { get; init; }

    /// <summary>The origin does not answer.</summary>
    public bool IsDown { get; init; }

    /// <summary>The origin has new bytes at that path.</summary>
    public bool IsChanged { get; init; }

    /// <summary>What the origin says of the path.</summary>
    public Representation Origin { get; init; } = new();
}
