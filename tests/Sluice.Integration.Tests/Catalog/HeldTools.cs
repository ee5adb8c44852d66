using Sluice.TestKit.Processes;

namespace Sluice.Integration.Tests.Catalog;

/// <summary>ffmpeg and ffprobe that keep a worker at one stage of its work for as long as it lives, so that no test depends on how quick a machine is. All else they do as ever.</summary>
internal sealed class HeldTools : IDisposable
{
    private readonly TemporaryFolder folder = new();

    /// <summary>Tools that hold at probing, 720p, 360p, audio, pictures, storing or publishing.</summary>
    public HeldTools(string stage)
    {
        // Reading or writing a pipe that nobody else has open never ends: so the worker is held where it has no child.
        var (ffprobe, ffmpeg) = stage switch
        {
            "probing" => ("*format=start_time*) hold ;;", ""),
            "720p" => ("", "*scale=1280:720*) hold ;;"),
            "360p" => ("", "*scale=640:360*) hold ;;"),
            "audio" => ("", "*-vn*) hold ;;"),
            "pictures" => ("", "*poster.jpg*) hold ;;"),
            "storing" => ("", "*thumbnails.jpg*) mkfifo held ;;"),
            "publishing" => ("", "*thumbnails.jpg*) mkfifo ../master.m3u8 ;;"),
            _ => throw new ArgumentOutOfRangeException(nameof(stage)),
        };
        Hold();
        Write("ffprobe", ffprobe);
        Write("ffmpeg", ffmpeg);
    }

    private string Mark => folder.FileOf("held");

    /// <summary>The variable PATH with these tools first.</summary>
    public string SearchPath => folder.Path + ":" + Environment.GetEnvironmentVariable("PATH");

    /// <summary>Holds whoever comes from now on, after <see cref="Release"/>.</summary>
    public void Hold() => File.WriteAllText(Mark, "");

    /// <summary>Lets go of whoever they hold, and of all that come.</summary>
    public void Release() => File.Delete(Mark);

    public void Dispose() => folder.Dispose();

    private void Write(string name, string held)
    {
        var file = folder.Write(name, $"""
            #!/bin/sh
            hold() {"{"} while [ -e {Mark} ]; do kill -0 $PPID 2>/dev/null || exit 1; sleep 0.1; done; {"}"}
            case "$*" in
            {held}
            esac
            exec {Require.Command(name)} "$@"

            """);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }
}
