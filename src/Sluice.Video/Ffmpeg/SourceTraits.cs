using Sluice.Core.Processes;

namespace Sluice.Video.Ffmpeg;

/// <summary>What of a source ffmpeg has to be told something else for.</summary>
/// <param name="Colours">How its picture has its colours.</param>
/// <param name="Sound">Which of its sounds is taken.</param>
internal readonly record struct SourceTraits(Colours Colours = Colours.Usual, int Sound = 0);
