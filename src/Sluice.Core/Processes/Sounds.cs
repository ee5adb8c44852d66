namespace Sluice.Core.Processes;

/// <summary>Which of several sounds of a video is taken.</summary>
public static class Sounds
{
    /// <summary>The highest is taken, and of equals the first: one that can be understood, then the one that players begin with. One of which nothing has come yet has no channels, and is below zero.</summary>
    /// <param name="codec">codec_name of ffprobe; null for none that ffmpeg knows.</param>
    /// <param name="channels">channels of ffprobe; null where they are not told.</param>
    /// <param name="isDefault">Whether players begin with it.</param>
    public static int Rank(string? codec, int? channels, bool isDefault) => channels == 0 ? -1 : (codec is null ? 0 : 2) + (isDefault ? 1 : 0);
}
