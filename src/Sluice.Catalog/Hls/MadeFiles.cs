namespace Sluice.Catalog.Hls;

/// <summary>Looks at what ffmpeg made: where the disk was full it ends with success all the same, and what it could not write is missing.</summary>
internal static class MadeFiles
{
    private const int TransportPacket = 188;

    /// <summary>Looks at the segments, playlists and pictures of a folder.</summary>
    /// <exception cref="IOException">One of them is cut off.</exception>
    public static void Check(string folder)
    {
        foreach (var path in Directory.GetFiles(folder))
            if (Path.GetExtension(path) is ".ts" or ".jpg" or ".m3u8" && !IsWhole(path)) throw new IOException($"{Path.GetFileName(path)} could not be written to its end. Check the free space of the worker's folder (--catalog).");
    }

    private static bool IsWhole(string path)
    {
        using var file = File.OpenRead(path);
        return file.Length > 0 && Path.GetExtension(path) switch
        {
            ".ts" => file.Length % TransportPacket == 0,
            ".jpg" => EndsWith(file, [0xFF, 0xD9]),
            _ => EndsWith(file, "#EXT-X-ENDLIST\n"u8),
        };
    }

    private static bool EndsWith(FileStream file, ReadOnlySpan<byte> end)
    {
        if (file.Length < end.Length) return false;
        Span<byte> last = stackalloc byte[end.Length];
        file.Seek(-end.Length, SeekOrigin.End);
        file.ReadExactly(last);
        return last.SequenceEqual(end);
    }
}
