using System.Buffers;

namespace Sluice.S3.Downloads;

/// <summary>What the parts of downloads are read into. Large, so that one wake-up takes in all that has come in the meantime; but where many parts are under way each has less to take in, and with a hundred downloads at once large ones would be a gigabyte.</summary>
internal sealed class DownloadBuffers
{
    public const int Large = 1 << 20, Small = 64 << 10, MostLarge = 24;

    /// <summary>Those of all downloads, whichever cache they are for.</summary>
    public static readonly DownloadBuffers OfProcess = new();

    private int taken;

    public byte[] Rent() => ArrayPool<byte>.Shared.Rent(Interlocked.Increment(ref taken) <= MostLarge ? Large : Small);

    public void Return(byte[] buffer)
    {
        ArrayPool<byte>.Shared.Return(buffer);
        Interlocked.Decrement(ref taken);
    }
}
