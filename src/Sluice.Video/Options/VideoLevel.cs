namespace Sluice.Video.Options;

/// <summary>The steps of <c>quality</c> (row U011) and <c>compression</c> (row U012).</summary>
public enum VideoLevel
{
    /// <summary>Low.</summary>
    Low,

    /// <summary>Medium.</summary>
    Medium,

    /// <summary>High.</summary>
    High,

    /// <summary>By the size of the result.</summary>
    Auto,
}
