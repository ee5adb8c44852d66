using System.Collections.Frozen;
using System.Reflection;

namespace Sluice.Monitoring;

/// <summary>The dashboard's files, built by Vite and embedded. None where there was no Node at build time.</summary>
public static class Dashboard
{
    private const string Prefix = "dashboard/";
    private static readonly FrozenDictionary<string, byte[]> Files = Load();

    /// <summary>The file at a path such as <c>index.html</c> and its media type; null when there is none.</summary>
    public static (byte[] Bytes, string Type)? Find(string path) => Files.TryGetValue(path, out var bytes)
        ? (bytes, Path.GetExtension(path) switch { ".html" => "text/html; charset=utf-8", ".js" => "text/javascript; charset=utf-8", ".css" => "text/css; charset=utf-8", ".svg" => "image/svg+xml", _ => "application/octet-stream" })
        : null;

    private static FrozenDictionary<string, byte[]> Load()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).ToFrozenDictionary(name => name[Prefix.Length..].Replace('\\', '/'), name =>
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return bytes;
        }, StringComparer.Ordinal);
    }
}
