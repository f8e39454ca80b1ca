namespace Escale.Learning.Persistence;

/// <summary>What a task asks of a saved predictor.</summary>
internal static class SavedTasks
{
    /// <summary>Whether a predictor for a task has so many outputs.</summary>
    public static bool Fits(LearningTask task, int outputs) => task switch
    {
        LearningTask.Regression => outputs == 1,
        LearningTask.Binary => outputs == 2,
        _ => outputs > 2,
    };
}
