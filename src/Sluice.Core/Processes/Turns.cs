namespace Sluice.Core.Processes;

/// <summary>How ffmpeg turns a picture that says how it is to be turned.</summary>
public static class Turns
{
    /// <summary>Whether width and height stay what they are: ffmpeg changes them for a quarter, give or take a degree, and for nothing else, such as what ffprobe calls a matrix of zeros (-2147483648).</summary>
    /// <param name="rotation">rotation of ffprobe, in degrees.</param>
    public static bool IsUpright(double rotation) => Math.Abs(Math.Abs(rotation % 180) - 90) > 1;
}
