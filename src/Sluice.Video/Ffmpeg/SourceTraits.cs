using Sluice.Core.Processes;

namespace Sluice.Video.Ffmpeg;

/// <summary>What of a source ffmpeg has to be told something else for.</summary>
/// <param name="Colours">How its picture has its colours.</param>
internal readonly record struct SourceTraits(Colours Colours = Colours.Usual);
