namespace Sluice.Video.Responsive;

/// <summary>Heights and bit rates by device and connection (rows U036 to U038).</summary>
internal static class QualityMatrix
{
    private static readonly int[][] Heights = [[240, 360, 480, 720], [360, 480, 720, 1080], [480, 720, 1080, 1440], [720, 1080, 1440, 2160]];
    private static readonly int[] HeightsOfDevice = [360, 720, 720, 1440];
    private static readonly double[] Factors = [0.5, 0.8, 1.0, 1.2];

    /// <summary>The height for a device on a connection; by the device alone where nothing is known of the connection.</summary>
    public static int Height(DeviceKind device, NetworkClass? network, bool isAuto) =>
        network is { } known ? Heights[(int)device][(int)known]
        : isAuto && device == DeviceKind.Desktop ? 1080
        : HeightsOfDevice[(int)device];

    /// <summary>Bits per second for a picture of that size on a connection.</summary>
    public static int Bitrate(int width, int height, NetworkClass? network)
    {
        var bits = ((long)width * height) switch
        {
            <= 230_400 => 1_000_000,
            <= 921_600 => 2_500_000,
            <= 2_073_600 => 5_000_000,
            _ => 8_000_000,
        };
        return (int)(bits * Factors[(int)(network ?? NetworkClass.Fast)]);
    }
}
