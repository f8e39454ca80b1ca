using Escale.Kernel;

namespace Escale.Lake;

// Dropping deletes many files, and a crash may stop it anywhere: a marker first, by which every reader sees the table as gone, and which
// is the last to go. Whoever makes the table again finishes the work before.
public sealed partial class DeltaTable
{
    internal void Drop()
    {
        lock (_gate)
        {
            if (TryRead() is not null)
            {
                _store.PutIfAbsent(Key(LogKeys.Dropped), "dropped"u8);
                Failpoint.Hit("lake.drop.after-marker");
            }
            FinishDrop();
            _latest = null;
        }
    }

    private void FinishDrop()
    {
        if (!_store.Exists(Key(LogKeys.Dropped)))
        {
            return;
        }
        foreach (var folder in _store.Folders(_folder).Where(folder => folder is not (LogKeys.LogFolder or LogKeys.OwnFolder)))
        {
            _store.DeleteFolder(Key(folder));
        }
        foreach (var name in _store.List(_folder))
        {
            _store.Delete(Key(name));
        }
        Failpoint.Hit("lake.drop.before-log");
        _store.DeleteFolder(Key(LogKeys.LogFolder));
        _store.DeleteFolder(Key(LogKeys.TagFolder));
        foreach (var name in _store.List(Key(LogKeys.OwnFolder)).Where(name => $"{LogKeys.OwnFolder}/{name}" != LogKeys.Dropped))
        {
            _store.Delete(Key($"{LogKeys.OwnFolder}/{name}"));
        }
        _store.Delete(Key(LogKeys.Dropped));
        _store.DeleteFolder(_folder);
    }
}
