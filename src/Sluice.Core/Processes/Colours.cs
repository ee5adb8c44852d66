namespace Sluice.Core.Processes;

/// <summary>How a picture has its colours.</summary>
public enum Colours
{
    /// <summary>As it is told, and stays told.</summary>
    Usual,

    /// <summary>As HD video has it, and does not tell: players know it by the size, which a smaller one of it has not.</summary>
    Hd,

    /// <summary>As red, green and blue, as those of a recorded screen or an animation have it.</summary>
    Rgb,

    /// <summary>In high dynamic range: see <see cref="ToneMap"/>.</summary>
    Hdr,
}
