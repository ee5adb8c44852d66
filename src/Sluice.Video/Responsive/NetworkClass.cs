namespace Sluice.Video.Responsive;

/// <summary>How much a connection carries (row U035).</summary>
public enum NetworkClass
{
    /// <summary>Below 2 Mbit/s.</summary>
    Slow,

    /// <summary>Below 5 Mbit/s.</summary>
    Medium,

    /// <summary>Below 15 Mbit/s.</summary>
    Fast,

    /// <summary>15 Mbit/s and more.</summary>
    UltraFast,
}
