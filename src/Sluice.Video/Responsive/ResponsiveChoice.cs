namespace Sluice.Video.Responsive;

/// <summary>When a size is chosen for the device that asks.</summary>
public enum ResponsiveChoice
{
    /// <summary>Never: what would ask for it has no effect.</summary>
    Never,

    /// <summary>When the query asks: imwidth and its kin, width=auto, quality=auto, device or network.</summary>
    WhenAsked,

    /// <summary>For every video of the route whose URL names neither sizes nor a derivative.</summary>
    Always,
}
