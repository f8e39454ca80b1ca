namespace Escale.Lake;

/// <summary>
/// Writes and reads classic checkpoints (<c>n.checkpoint.parquet</c>), for which an engine is needed: the lake itself reads no
/// Parquet. Without one, tables are read from their JSON log and from checkpoints of our own.
/// </summary>
public interface ICheckpointCodec
{
    /// <summary>The Parquet file that holds these actions, one row each.</summary>
    /// <param name="actionLines">Actions as the JSON lines of the log.</param>
    byte[] Encode(IReadOnlyCollection<string> actionLines);

    /// <summary>The actions of a checkpoint file as JSON lines.</summary>
    /// <param name="location">Where the file is (<see cref="ObjectStore.LocationOf"/>).</param>
    IEnumerable<string> Decode(string location);
}
