using Microsoft.Extensions.Logging;

namespace Sluice.Core.Disk;

/// <summary>Event ids of the disk tier's log lines.</summary>
internal static class DiskEvents
{
    public static readonly EventId IndexDamaged = new(2001, nameof(IndexDamaged));
    public static readonly EventId Emptied = new(2002, nameof(Emptied));
    public static readonly EventId CommitFailed = new(2003, nameof(CommitFailed));
    public static readonly EventId WriteFailed = new(2004, nameof(WriteFailed));
    public static readonly EventId ReadFailed = new(2005, nameof(ReadFailed));
    public static readonly EventId ChunkDamaged = new(2006, nameof(ChunkDamaged));
    public static readonly EventId FileMissing = new(2007, nameof(FileMissing));
    public static readonly EventId DeleteFailed = new(2008, nameof(DeleteFailed));
    public static readonly EventId RowsDropped = new(2009, nameof(RowsDropped));
    public static readonly EventId OrphansDeleted = new(2010, nameof(OrphansDeleted));
    public static readonly EventId SpaceShort = new(2011, nameof(SpaceShort));
    public static readonly EventId DirectoryLost = new(2012, nameof(DirectoryLost));
}
