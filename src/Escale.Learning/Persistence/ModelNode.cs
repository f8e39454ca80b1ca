using Escale.Learning.Calibration;

namespace Escale.Learning.Persistence;

/// <summary>A model as the root of a file's header.</summary>
internal static class ModelNode
{
    public static void Save(Model model, SavedNode node)
    {
        node.Set("target", model.TargetName);
        node.Set("task", model.Task);
        node.Set("classes", model.Classes);
        model.Info.Save(node.Add("info", "info"));
        foreach (var column in model.Schema.Columns)
        {
            column.Save(node.AddTo("schema", "column"));
        }
        var preparations = model.Members.Select(member => member.Preparation).Distinct().ToList();
        foreach (var preparation in preparations)
        {
            preparation.Save(node.AddTo("preparations", "preparation"));
        }
        foreach (var member in model.Members)
        {
            var child = node.AddTo("members", "member");
            child.Set("name", member.Name);
            child.Set("weight", member.Weight);
            child.Set("preparation", preparations.IndexOf(member.Preparation));
            child.Set("predictor", member.Predictor);
        }
        if (model.Calibrator is { } calibrator)
        {
            calibrator.Save(node.Add("calibrator", calibrator.Name));
        }
    }

    public static Model Load(SavedNode node)
    {
        var (task, classes) = (node.Enum<LearningTask>("task"), node.Texts("classes"));
        var isWhole = task switch
        {
            LearningTask.Regression => classes.Count == 0,
            LearningTask.Binary => classes.Count == 2,
            _ => classes.Count > 2,
        };
        if (!isWhole)
        {
            throw SavedNode.Damaged($"it has {classes.Count} classes for {task}");
        }
        Preparation.Preparation[] preparations = [.. node.Children("preparations").Select(Preparation.Preparation.Load)];
        ModelMember[] members = [.. node.Children("members").Select(child => new ModelMember(
            preparations[child.Int("preparation", 0, preparations.Length - 1)], child.Predictor("predictor"), child.Double("weight"), child.Text("name")))];
        var calibrator = node.Has("calibrator") ? Calibrator.Load(node.Child("calibrator")) : null;
        return new Model(node.Text("target"), task, classes, members, ModelInfo.Load(node.Child("info")), calibrator);
    }
}
