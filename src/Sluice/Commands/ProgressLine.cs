using System.Globalization;

namespace Sluice.Commands;

/// <summary>How far long work is, on standard error: a bar that redraws itself on a terminal, a plain line now and then in a pipe.</summary>
internal sealed class ProgressLine(Terminal terminal)
{
    private const int Width = 30;
    private static readonly TimeSpan Redraw = TimeSpan.FromMilliseconds(100), Plain = TimeSpan.FromSeconds(5);

    private long shown;
    private string label = "";
    private bool isOpen;

    /// <summary>Shows what is done and how much of it, 0 to 1.</summary>
    public void Show(string what, double share)
    {
        var now = terminal.Time.GetTimestamp();
        if (what == label && shown != 0 && terminal.Time.GetElapsedTime(shown, now) < (terminal.IsWatched ? Redraw : Plain) && share < 1)
            return;
        // The end of a stage is worth a line once.
        if (what == label && !terminal.IsWatched && share >= 1 && !isOpen)
            return;
        (label, shown, isOpen) = (what, now, share < 1);
        var percent = string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(share * 100),3:0} %");
        if (!terminal.IsWatched)
        {
            terminal.Error.WriteLine($"{what} {percent.Trim()}");
            return;
        }
        var full = (int)(Math.Clamp(share, 0, 1) * Width);
        terminal.Error.Write($"\r{what,-22} [{new string('#', full)}{new string('.', Width - full)}] {percent}\u001b[K");
        isOpen = true;
    }

    /// <summary>Shows how many were found so far, where nobody knows how many there are.</summary>
    public void Count(int found, string what)
    {
        var now = terminal.Time.GetTimestamp();
        // What is soon done needs no line.
        if (shown == 0)
            shown = now;
        if (terminal.Time.GetElapsedTime(shown, now) < (terminal.IsWatched ? Redraw : Plain))
            return;
        shown = now;
        var line = string.Create(CultureInfo.InvariantCulture, $"{found:#,0} {what}");
        if (!terminal.IsWatched)
        {
            terminal.Error.WriteLine(line);
            return;
        }
        terminal.Error.Write($"\r{line.AsSpan(0, Math.Min(line.Length, terminal.Width() - 1))}\u001b[K");
        isOpen = true;
    }

    /// <summary>Leaves the line.</summary>
    public void End()
    {
        if (terminal.IsWatched && isOpen)
            terminal.Error.WriteLine();
        isOpen = false;
    }
}
