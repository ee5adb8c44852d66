using Sluice.TestKit.Origins;

namespace Sluice.TestKit.Processes;

/// <summary>A folder of a test's own, removed with the test; file names may hold slashes.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("sluice-test-").FullName;

    public string Write(string name, byte[] content)
    {
        var file = FileOf(name);
        File.WriteAllBytes(file, content);
        return file;
    }

    public string Write(string name, string content)
    {
        var file = FileOf(name);
        File.WriteAllText(file, content);
        return file;
    }

    /// <summary>A file of <paramref name="length"/> bytes of <see cref="BytePattern"/>.</summary>
    public byte[] WritePattern(string name, ulong seed, int length)
    {
        var bytes = new BytePattern(seed).Bytes(0, length);
        Write(name, bytes);
        return bytes;
    }

    /// <summary>A file of zeros that takes no room, with <paramref name="mark"/> at <paramref name="markAt"/>.</summary>
    public string WriteSparse(string name, long length, long markAt, byte[] mark)
    {
        var file = FileOf(name);
        using var stream = new FileStream(file, FileMode.Create);
        stream.SetLength(length);
        stream.Position = markAt;
        stream.Write(mark);
        return file;
    }

    public string FileOf(string name)
    {
        var file = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
        return file;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
