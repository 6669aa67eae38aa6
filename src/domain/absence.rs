//! When a technician is away.

use crate::coded;

coded! {
    /// Why, as far as it concerns the plan. What else there is to say stands in the reason.
    AbsenceKind {
        Leave = "leave", "休暇", "Leave";
        Sick = "sick", "病欠", "Sick";
        Training = "training", "研修", "Training";
        Other = "other", "その他", "Other";
    }
}
