namespace Sluice.Video.Responsive;

/// <summary>What a viewer watches on (row U036).</summary>
public enum DeviceKind
{
    /// <summary>A phone.</summary>
    Mobile,

    /// <summary>A tablet.</summary>
    Tablet,

    /// <summary>A computer.</summary>
    Desktop,

    /// <summary>A television, or a computer that says it has a large screen.</summary>
    LargeDesktop,
}
