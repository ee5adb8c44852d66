using System.Globalization;
using System.Text;
using Sluice.Catalog.Jobs;
using Sluice.Catalog.Videos;
using Sluice.Core.Storage;

namespace Sluice.Catalog.Hls;

/// <summary>Makes everything that is played of a video, and puts it in the object store: the master manifest last, so that it never leads to what is not there.</summary>
internal sealed class Transcoder(IObjectStore store, FfmpegTools tools, long mostBytes, Func<string, long> room, TimeProvider time)
{
    // Of a segment that does not fit there may be a few bytes left.
    private const long LeastRoom = 1 << 20;

    // Two minutes in all, as a server that is started again may take.
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1), LastPause = TimeSpan.FromSeconds(64);

    private readonly SourceProbe probe = new(tools);
    private readonly HlsEncoder encoder = new(tools);
    private readonly Pictures pictures = new(tools);

    /// <summary>Encodes and stores all but the master manifest.</summary>
    /// <returns>The manifest's text, and the video's length in seconds.</returns>
    /// <exception cref="UnusableSourceException">Nothing was uploaded, or nothing that could be transcoded.</exception>
    /// <exception cref="IOException">ffmpeg or the store failed.</exception>
    public async Task<(string Manifest, double Duration)> RunAsync(Video video, string generation, string scratch, JobProgress progress, CancellationToken cancellation)
    {
        progress.Set("fetching", 0);
        // A bucket takes what its clients send; what is too large is not brought here.
        if (await store.GetLengthAsync(video.OriginalKey, cancellation) > mostBytes)
            throw new UnusableSourceException(string.Create(CultureInfo.InvariantCulture, $"The uploaded file is larger than the {mostBytes:N0} bytes that are taken here (catalog.uploadLimit)."));
        var source = await store.FetchAsync(video.OriginalKey, scratch, cancellation) ?? throw new UnusableSourceException("Nothing has been uploaded.");
        progress.Set("probing", 0.02);
        var info = await probe.ProbeAsync(source, cancellation);
        var output = Path.Combine(scratch, "out");
        var made = await EncodeAsync(source, info, output, progress, cancellation);

        progress.Set("pictures", 0.9);
        var smallest = made.LastOrDefault(one => one.Height > 0) ?? throw new UnusableSourceException("The uploaded file has no picture at its beginning.");
        await pictures.DrawAsync(Path.Combine(output, smallest.Name), smallest, output, cancellation);
        await StoreAsync(output, VideoKeys.Generation(video.Id, generation), progress, cancellation);
        return (MasterManifest.Write(generation, made), made[0].Duration);
    }

    /// <summary>Puts the master manifest in place: from here on viewers see the new encode.</summary>
    public async Task PublishAsync(Guid video, string manifest, string scratch, CancellationToken cancellation)
    {
        var file = Path.Combine(scratch, "master.m3u8");
        await File.WriteAllTextAsync(file, manifest, new UTF8Encoding(false), cancellation);
        await PutAsync(VideoKeys.Master(video), file, cancellation);
    }

    /// <summary>True when the store answers nothing, whatever it is asked for.</summary>
    public async Task<bool> IsStoreAwayAsync(Guid video, CancellationToken cancellation)
    {
        try
        {
            await store.GetLengthAsync(VideoKeys.Master(video), cancellation);
            return false;
        }
        catch (IOException e)
        {
            return e is StoreAwayException;
        }
    }

    private async Task<List<EncodedRendition>> EncodeAsync(string source, SourceInfo info, string output, JobProgress progress, CancellationToken cancellation)
    {
        var ladder = Ladder.For(info);
        // How long an encode takes goes by its pixels, roughly.
        var (work, done) = (ladder.Sum(r => (double)r.Width * r.Height), 0.0);
        var made = new List<EncodedRendition>();
        foreach (var rendition in ladder)
        {
            var (begun, share) = (done, rendition.Width * (double)rendition.Height / work);
            progress.Set(rendition.Name, 0.05 + (0.8 * begun));
            made.Add(await encoder.EncodeAsync(source, info, rendition, Folder(output, rendition.Name),
                seconds =>
                {
                    // ffmpeg leaves out what it cannot write, and goes on to the film's end.
                    if (room(output) < LeastRoom) throw new IOException($"The disk is full at {rendition.Name}. Check the free space of the worker's folder (--catalog).");
                    progress.Set(rendition.Name, 0.05 + (0.8 * (begun + (share * Math.Clamp(info.Duration > 0 ? seconds / info.Duration : 0, 0, 1)))));
                }, cancellation));
            done += share;
        }
        if (info.AudioStream is null) return made;
        progress.Set("audio", 0.87);
        made.Add(await encoder.EncodeSoundAsync(source, info, Folder(output, "audio"), cancellation));
        return made;
    }

    /// <summary>Stores all files of a folder, or none.</summary>
    internal async Task StoreAsync(string output, string prefix, JobProgress progress, CancellationToken cancellation)
    {
        var files = Directory.GetFiles(output, "*", SearchOption.AllDirectories);
        var keys = Array.ConvertAll(files, file => prefix + Path.GetRelativePath(output, file).Replace(Path.DirectorySeparatorChar, '/'));
        for (var i = 0; i < files.Length; i++)
        {
            progress.Set("storing", 0.93 + (0.06 * i / files.Length));
            try
            {
                await PutAsync(keys[i], files[i], cancellation);
            }
            catch (IOException)
            {
                await ForgetAsync(keys.AsMemory(0, i), cancellation);
                throw;
            }
        }
    }

    // What it is a part of may be the work of hours, and of thousands of files a busy store turns one away now and then.
    private async Task PutAsync(string key, string file, CancellationToken cancellation)
    {
        for (var pause = FirstPause; ; pause *= 2)
        {
            try
            {
                await store.PutAsync(key, file, ContentTypes.Of(key), cancellation);
                return;
            }
            catch (StoreAwayException) when (pause <= LastPause)
            {
                await Task.Delay(pause, time, cancellation);
            }
        }
    }

    // A store that is full would be so until a day after the video's end, by what nothing leads to, and each attempt would add to it.
    private async Task ForgetAsync(ReadOnlyMemory<string> keys, CancellationToken cancellation)
    {
        try
        {
            for (var i = 0; i < keys.Length; i++) await store.DeleteAsync(keys.Span[i], cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Whoever tidies up after the video finds the rest.
        }
    }

    private static string Folder(string output, string name) => Directory.CreateDirectory(Path.Combine(output, name)).FullName;
}
