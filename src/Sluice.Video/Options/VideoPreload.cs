namespace Sluice.Video.Options;

/// <summary>How much a player loads before it plays (row U014): a hint, which does not change the bytes.</summary>
public enum VideoPreload
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Length and size.</summary>
    Metadata,

    /// <summary>As the player sees fit.</summary>
    Auto,
}
